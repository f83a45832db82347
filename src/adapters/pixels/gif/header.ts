import { undecodable } from '../verdicts.ts';

/** The first frame of a GIF, and where it lies on the canvas. */
export interface GifHeader {
  /** The canvas: the screen, enlarged where the first frame reaches beyond it. */
  readonly width: number;
  readonly height: number;
  readonly frame: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly interlaced: boolean;
  /** The colours, three bytes each. */
  readonly palette: Uint8Array;
  /** The sample that is transparent; undefined if none is. */
  readonly transparent: number | undefined;
  /** Where the frame's data starts: at its code size. */
  readonly dataAt: number;
}

const [EXTENSION, IMAGE, TRAILER] = [0x21, 0x2c, 0x3b];
const GRAPHIC_CONTROL = 0xf9;

/** Reads the blocks up to the first frame (GIF89a, sections 17 to 23). Throws `undecodable`. */
export function readGifHeader(bytes: Uint8Array): GifHeader {
  if (bytes.length < 13) throw corrupt();
  const screen = { width: uint16(bytes, 6), height: uint16(bytes, 8) };
  const global = tableAt(bytes, 13, bytes[10] as number);
  let transparent: number | undefined;
  for (let at = 13 + global.length; ; ) {
    const block = bytes[at];
    if (block === IMAGE) return firstFrame(bytes, at + 1, { screen, global, transparent });
    if (block === TRAILER) throw undecodable('the GIF has no frame');
    if (block !== EXTENSION) throw corrupt();
    if (bytes[at + 1] === GRAPHIC_CONTROL) {
      const flags = bytes[at + 3] ?? 0;
      transparent = flags & 1 ? bytes[at + 6] : undefined;
    }
    at = endOfBlocks(bytes, at + 2);
  }
}

interface Before {
  readonly screen: { readonly width: number; readonly height: number };
  readonly global: Uint8Array;
  readonly transparent: number | undefined;
}

function firstFrame(bytes: Uint8Array, at: number, { screen, global, transparent }: Before): GifHeader {
  if (at + 10 > bytes.length) throw corrupt();
  const [x, y, width, height] = [0, 2, 4, 6].map((offset) => uint16(bytes, at + offset)) as [
    number,
    number,
    number,
    number,
  ];
  if (width === 0 || height === 0) throw undecodable('the GIF has a first frame without pixels');
  const flags = bytes[at + 8] as number;
  const local = tableAt(bytes, at + 9, flags);
  return {
    // Like browsers: the screen of many a GIF is too small, or 0.
    width: Math.max(screen.width, x + width),
    height: Math.max(screen.height, y + height),
    frame: { x, y, width, height },
    interlaced: (flags & 0x40) !== 0,
    palette: local.length > 0 ? local : global,
    transparent,
    dataAt: at + 9 + local.length,
  };
}

/** A table of colours, if the flags say that there is one. */
function tableAt(bytes: Uint8Array, at: number, flags: number): Uint8Array {
  if ((flags & 0x80) === 0) return new Uint8Array();
  const length = 3 * 2 ** ((flags & 7) + 1);
  if (at + length > bytes.length) throw corrupt();
  return bytes.subarray(at, at + length);
}

/** Where a sequence of sub-blocks ends; past the end of the file if it is cut short. */
export function endOfBlocks(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let length = bytes[at]; length !== undefined && length > 0; length = bytes[at]) at += length + 1;
  return at + 1;
}

/** What follows the first frame, from the end of its data: another frame, the trailer, or neither. */
export function whatFollows(bytes: Uint8Array, from: number): 'frame' | 'trailer' | 'nothing' {
  let at = from;
  while (bytes[at] === EXTENSION) at = endOfBlocks(bytes, at + 2);
  if (bytes[at] === IMAGE) return 'frame';
  return bytes[at] === TRAILER ? 'trailer' : 'nothing';
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

function corrupt() {
  return undecodable('the GIF is cut short or damaged before its first frame');
}
