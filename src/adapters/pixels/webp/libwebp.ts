import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { undecodable } from '../verdicts.ts';
import { withMaxMemory } from './bounded-module.ts';
import { frameMemory } from './frame-memory.ts';
import type { WebpFrame } from './header.ts';

/** What `@cwasm/webp` exports: libwebp's C functions. Pointers are offsets in its memory. */
interface Libwebp {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(bytes: number): number;
  /** The pixels as RGBA, or 0. Writes the width and the height as 32-bit numbers. */
  WebPDecodeRGBA(data: number, length: number, width: number, height: number): number;
}

/** What the module wants of the system. libwebp calls none of it to decode. */
const NO_SYSTEM = {
  wasi_snapshot_preview1: Object.fromEntries(
    ['fd_close', 'fd_seek', 'fd_write'].map((name) => [
      name,
      () => {
        throw new Error(`libwebp called ${name}`);
      },
    ]),
  ),
};

const PAGE = 2 ** 16;
/** Addresses have 32 bits. */
const MAX_PAGES = 2 ** 16;
/** The compiled modules, by the number of pages that their memory may have. */
const modules = new Map<number, WebAssembly.Module>();

/**
 * Decodes a frame to RGBA, a view of memory of its own. Each picture gets an instance of its own, which can reach nothing but
 * its memory: a flaw of libwebp that a picture makes use of has no effect beyond that picture. Throws `undecodable`.
 */
export function decodeFrame(frame: WebpFrame): Uint8Array {
  const libwebp = new WebAssembly.Instance(moduleFor(frameMemory(frame)), NO_SYSTEM).exports as unknown as Libwebp;
  const file = webpFile(frame);
  const length = lengthOf(file);
  const data = libwebp.malloc(length);
  const size = libwebp.malloc(8);
  if (data === 0 || size === 0) throw new RangeError('out of memory: libwebp cannot allocate the file');
  let at = data;
  for (const part of file) {
    new Uint8Array(libwebp.memory.buffer, at, part.length).set(part);
    at += part.length;
  }
  const pixels = decoded(libwebp, [data, length, size, size + 4]);
  const [width, height] = new Uint32Array(libwebp.memory.buffer, size, 2);
  if (pixels === 0 || width !== frame.width || height !== frame.height) throw damaged();
  return new Uint8Array(libwebp.memory.buffer, pixels, frame.width * frame.height * 4);
}

/** A module whose memory is limited to about so many bytes: to a power of two, so that few are compiled. */
function moduleFor(bytes: number): WebAssembly.Module {
  const pages = Math.min(2 ** Math.ceil(Math.log2(bytes / PAGE)), MAX_PAGES);
  let compiled = modules.get(pages);
  if (compiled === undefined) {
    const file = createRequire(import.meta.url).resolve('@cwasm/webp/webp.wasm');
    compiled = new WebAssembly.Module(withMaxMemory(readFileSync(file), pages));
    modules.set(pages, compiled);
  }
  return compiled;
}

function decoded(libwebp: Libwebp, [data, length, width, height]: readonly [number, number, number, number]): number {
  try {
    return libwebp.WebPDecodeRGBA(data, length, width, height);
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'RuntimeError') throw damaged(thrown);
    throw thrown;
  }
}

/** A file of this frame alone, in parts, so that libwebp decodes only what has been checked. */
function webpFile({ width, height, lossless, data, alpha }: WebpFrame): readonly Uint8Array[] {
  const picture = chunk(lossless ? 'VP8L' : 'VP8 ', data);
  if (alpha === undefined) return riff(picture);
  const extended = Buffer.alloc(10);
  extended[0] = 0x10;
  extended.writeUIntLE(width - 1, 4, 3);
  extended.writeUIntLE(height - 1, 7, 3);
  return riff([...chunk('VP8X', extended), ...chunk('ALPH', alpha), ...picture]);
}

function riff(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  const parts = [Buffer.from('WEBP'), ...chunks];
  return [header('RIFF', lengthOf(parts)), ...parts];
}

function chunk(type: string, body: Uint8Array): readonly Uint8Array[] {
  return [header(type, body.length), body, Buffer.alloc(body.length % 2)];
}

function header(type: string, length: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.write(type, 'latin1');
  bytes.writeUInt32LE(length, 4);
  return bytes;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function damaged(cause?: unknown) {
  return undecodable('the WebP is cut short or damaged', cause);
}
