/** The sections of a WebAssembly module have a number, a length and a body; this is the memories'. */
const MEMORY_SECTION = 5;
const SECTIONS_AT = 8;

/**
 * A copy of a module whose only memory cannot grow beyond `maxPages` pages of 64 KiB. The module must state no limit of its own
 * (WebAssembly, section 5.5.8).
 */
export function withMaxMemory(module: Uint8Array, maxPages: number): Uint8Array {
  for (let at = SECTIONS_AT; at < module.length; ) {
    const length = readNumber(module, at + 1);
    const end = length.end + length.value;
    if (module[at] === MEMORY_SECTION) {
      const [count, flags] = module.subarray(length.end);
      const pages = readNumber(module, length.end + 2);
      if (count !== 1 || flags !== 0) throw new Error('the WebAssembly module has another kind of memory');
      const body = [1, 1, ...module.subarray(length.end + 2, pages.end), ...number(maxPages)];
      return Buffer.concat([
        module.subarray(0, at),
        Uint8Array.from([MEMORY_SECTION, ...number(body.length), ...body]),
        module.subarray(end),
      ]);
    }
    at = end;
  }
  throw new Error('the WebAssembly module has no memory');
}

/** Reads an unsigned LEB128 number. */
function readNumber(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = from, shift = 0; ; at++, shift += 7) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, end: at + 1 };
  }
}

function number(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}
