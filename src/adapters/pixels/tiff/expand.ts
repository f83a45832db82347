import { constants, inflateSync } from 'node:zlib';
import { countDropped } from '../../../base/collect-garbage.ts';
import { undecodable } from '../verdicts.ts';
import type { Compression } from './header.ts';

/** The errors of zlib that are about the data. */
const DATA_ERRORS = ['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_NEED_DICT', 'ERR_BUFFER_TOO_LARGE'];

/** Expands a strip or tile to fewer bytes if the data ends early. The bytes are valid until the next call. */
export type Expand = (data: Uint8Array) => Uint8Array;

/** A function that expands strips or tiles to at most `length` bytes. It throws `undecodable` if one is damaged. */
export function expander(compression: Compression, length: number): Expand {
  switch (compression) {
    case 'none':
      return (data) => data.subarray(0, length);
    case 'deflate':
      return (data) => inflate(data, length);
    case 'packbits': {
      const out = new Uint8Array(length);
      return (data) => expandPackBits(data, out);
    }
    case 'lzw': {
      const out = new Uint8Array(length);
      return (data) => expandLzw(data, out);
    }
  }
}

function inflate(data: Uint8Array, length: number): Uint8Array {
  try {
    if (data.length === 0) return data;
    countDropped(length);
    return inflateSync(data, {
      maxOutputLength: length,
      chunkSize: Math.max(length + 1, 64),
      finishFlush: constants.Z_SYNC_FLUSH,
    });
  } catch (thrown) {
    if (!DATA_ERRORS.includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    throw undecodable('the TIFF is damaged: a strip or tile does not decompress', thrown);
  }
}

/** TIFF 6.0, section 9. */
function expandPackBits(data: Uint8Array, out: Uint8Array): Uint8Array {
  let to = 0;
  for (let from = 0; from < data.length && to < out.length; ) {
    const control = data[from] as number;
    from++;
    if (control < 128) {
      const literal = data.subarray(from, from + Math.min(control + 1, out.length - to));
      out.set(literal, to);
      to += literal.length;
      from += control + 1;
    } else if (control > 128 && from < data.length) {
      const end = Math.min(to + 257 - control, out.length);
      out.fill(data[from] as number, to, end);
      to = end;
      from++;
    }
  }
  return out.subarray(0, to);
}

const [CLEAR, END, FIRST_FREE, MAX_CODES] = [256, 257, 258, 4096];

/** TIFF 6.0, section 13. The code length grows one code early. */
function expandLzw(data: Uint8Array, out: Uint8Array): Uint8Array {
  // Each code is a string that lies in the output already: where, and how long it is.
  const starts = new Uint32Array(MAX_CODES);
  const lengths = new Uint32Array(MAX_CODES);
  let [next, width, previous] = [FIRST_FREE, 9, -1];
  let [bits, held, from, to] = [0, 0, 0, 0];
  let previousAt = 0;
  let previousLength = 0;
  while (to < out.length) {
    while (held < width) {
      const byte = data[from];
      if (byte === undefined) return out.subarray(0, to);
      bits = ((bits << 8) | byte) & 0xff_ff_ff;
      held += 8;
      from++;
    }
    held -= width;
    const code = (bits >>> held) & ((1 << width) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      [next, width, previous] = [FIRST_FREE, 9, -1];
      continue;
    }
    const isUnknown = code > next || (code === next && previous < 0) || (code >= FIRST_FREE && previous < 0);
    if (isUnknown) throw undecodable('the TIFF is damaged: a strip or tile has an invalid code');
    const at = to;
    if (code < CLEAR) {
      out[to] = code;
      to++;
    } else {
      // A code that is just being made is the previous string with its first sample again: it overlaps itself.
      const source = code === next ? previousAt : (starts[code] as number);
      const length = code === next ? previousLength + 1 : (lengths[code] as number);
      const stop = Math.min(to + length, out.length);
      for (let read = source; to < stop; read++, to++) out[to] = out[read] as number;
    }
    if (previous >= 0 && next < MAX_CODES) {
      // The previous string and the first sample of this one lie side by side.
      starts[next] = previousAt;
      lengths[next] = previousLength + 1;
      next++;
      if (next + 1 >= 1 << width && width < 12) width++;
    }
    previous = code;
    previousAt = at;
    previousLength = to - at;
  }
  return out.subarray(0, to);
}
