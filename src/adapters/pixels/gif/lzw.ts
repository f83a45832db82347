/** The samples of a frame that could be read. */
export interface Inflated {
  readonly count: number;
  /** Whether the codes are valid as far as they were read. */
  readonly valid: boolean;
}

const MAX_CODES = 4096;

/**
 * Expands GIF's LZW codes (GIF89a, appendix F), which lie in sub-blocks from `at`, into `out`, and never beyond it. The time
 * is proportional to the length of the data and of `out`.
 */
export function inflateLzw(bytes: Uint8Array, at: number, codeSize: number, out: Uint8Array): Inflated {
  const clear = 1 << codeSize;
  const end = clear + 1;
  // Of each code: the code that it extends, its last sample, its first, and its length.
  const prefix = new Uint16Array(MAX_CODES);
  const last = new Uint8Array(MAX_CODES);
  const first = new Uint8Array(MAX_CODES);
  const lengths = new Uint16Array(MAX_CODES);
  for (let code = 0; code < clear; code++) {
    last[code] = code;
    first[code] = code;
    lengths[code] = 1;
  }
  let next = end + 1;
  let width = codeSize + 1;
  let previous = -1;
  let count = 0;
  let [bits, held] = [0, 0];
  let from = at;
  let blockEnd = at;

  for (;;) {
    while (held < width) {
      if (from === blockEnd) {
        const length = bytes[from] ?? 0;
        if (length === 0) return { count, valid: true };
        from += 1;
        blockEnd = from + length;
      }
      const byte = bytes[from];
      if (byte === undefined) return { count, valid: true };
      bits |= byte << held;
      held += 8;
      from++;
    }
    const code = bits & ((1 << width) - 1);
    bits >>>= width;
    held -= width;
    if (code === clear) {
      next = end + 1;
      width = codeSize + 1;
      previous = -1;
      continue;
    }
    if (code === end) return { count, valid: true };
    const isNew = code >= next;
    if (isNew && (code > next || previous < 0)) return { count, valid: false };
    const known = isNew ? previous : code;
    const length = lengths[known] as number;
    const stop = Math.min(count + length, out.length);
    for (let to = count + length - 1, each = known; to >= count; to--, each = prefix[each] as number) {
      if (to < stop) out[to] = last[each] as number;
    }
    count = stop;
    if (isNew && count < out.length) {
      out[count] = first[previous] as number;
      count++;
    }
    if (count === out.length) return { count, valid: true };
    if (previous >= 0 && next < MAX_CODES) {
      prefix[next] = previous;
      last[next] = first[known] as number;
      first[next] = first[previous] as number;
      lengths[next] = (lengths[previous] as number) + 1;
      next++;
      if (next === 1 << width && width < 12) width++;
    }
    previous = code;
  }
}
