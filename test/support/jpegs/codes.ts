import type { Token } from './symbols.ts';

/** A Huffman table: the number of codes of 1 to 16 bits, and their symbols. */
export interface CodeTable {
  readonly counts: readonly number[];
  readonly symbols: readonly number[];
}

/** How many symbols of a skewed table have codes of 1, 2, 3 … bits. The others share what is left. */
const MAX_CHAIN = 7;

/** A table for these symbols, of which the most frequent come first. The code of ones alone is not used. */
export function codeTable(symbols: readonly number[], kind: 'even' | 'skewed'): CodeTable {
  const counts = new Array<number>(16).fill(0);
  const chain = kind === 'even' ? 0 : Math.min(MAX_CHAIN, symbols.length);
  counts.fill(1, 0, chain);
  const rest = symbols.length - chain;
  const length = chain + Math.max(1, Math.ceil(Math.log2(rest + 1)));
  if (rest > 0) counts[length - 1] = (counts[length - 1] ?? 0) + rest;
  return { counts, symbols };
}

/** The code and its length of each symbol (T.81, C.2). */
function codesOf({ counts, symbols }: CodeTable): Map<number, { readonly code: number; readonly length: number }> {
  const codes = new Map<number, { readonly code: number; readonly length: number }>();
  let code = 0;
  let next = 0;
  for (const [index, count] of counts.entries()) {
    for (let each = 0; each < count; each++) codes.set(symbols[next++] ?? 0, { code: code++, length: index + 1 });
    code *= 2;
  }
  return codes;
}

/** The entropy-coded data of a scan, with restart markers. */
export function encodeTokens(tokens: readonly Token[], tables: ReadonlyMap<number, CodeTable>): Buffer {
  const codes = new Map([...tables].map(([slot, table]) => [slot, codesOf(table)]));
  const bytes: number[] = [];
  let pending = 0;
  let count = 0;
  let restarts = 0;

  /** Puts at most 16 bits. */
  function put(bits: number, length: number): void {
    pending = (pending << length) | bits;
    count += length;
    for (; count >= 8; count -= 8) {
      const byte = (pending >> (count - 8)) & 255;
      bytes.push(byte);
      if (byte === 0xff) bytes.push(0);
    }
    pending &= 255;
  }
  function flush(): void {
    while (count > 0) put(1, 1);
  }

  for (const token of tokens) {
    if (token === 'restart') {
      flush();
      bytes.push(0xff, 0xd0 + (restarts++ % 8));
      continue;
    }
    const { slot, symbol = 0, bits, length } = token;
    const code = slot === undefined ? undefined : codes.get(slot)?.get(symbol);
    if (code !== undefined) put(code.code, code.length);
    put(bits, length);
  }
  flush();
  return Buffer.from(bytes);
}
