import type { CoefficientPlane } from './planes.ts';
import type { ScanDescription } from './scripts.ts';

/**
 * What a scan consists of: symbols of a Huffman table, each followed by bits; bits alone, without a table; and restarts.
 */
export type Token =
  | { readonly slot?: number; readonly symbol?: number; readonly bits: number; readonly length: number }
  | 'restart';

/** The scan's tokens. DC tables have the slots 0 and 1, AC tables 4 and 5; the second ones are for all components but the first. */
export function tokensOfScan(
  scan: ScanDescription,
  planes: readonly CoefficientPlane[],
  blocksOfMcus: readonly (readonly { readonly component: number; readonly block: number }[])[],
  restartInterval: number,
): Token[] {
  const tokens: Token[] = [];
  const writer = scan.first > 0 ? createBand(scan, tokens) : createDc(scan, tokens);
  for (const [number, mcu] of blocksOfMcus.entries()) {
    if (restartInterval > 0 && number > 0 && number % restartInterval === 0) {
      writer.end();
      tokens.push('restart');
    }
    for (const { component, block } of mcu) {
      writer.write(component, planes[component]?.blocks.subarray(block * 64, block * 64 + 64) ?? new Int16Array(64));
    }
  }
  writer.end();
  return tokens;
}

interface BlockWriter {
  write(component: number, block: Int16Array): void;
  /** Ends a restart interval. */
  end(): void;
}

/** DC coefficients, with all others if the scan is sequential. */
function createDc({ last, high, low }: ScanDescription, tokens: Token[]): BlockWriter {
  let before: number[] = [];
  return {
    write(component, block) {
      const dc = (block[0] as number) >> low;
      if (high > 0) {
        tokens.push({ bits: dc & 1, length: 1 });
        return;
      }
      tokens.push(sized(tableOf(component), 0, dc - (before[component] ?? 0)));
      before[component] = dc;
      if (last > 0) writeCoefficients(4 + tableOf(component), block, tokens);
    },
    end() {
      before = [];
    },
  };
}

function tableOf(component: number): number {
  return component === 0 ? 0 : 1;
}

/** A symbol of a run of zeros and the size of a value, with the value's magnitude bits (T.81, F.1.2). */
function sized(slot: number, zeros: number, value: number): Token {
  const length = Math.abs(value) === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1;
  return { slot, symbol: zeros * 16 + length, bits: value < 0 ? value + 2 ** length - 1 : value, length };
}

function writeCoefficients(slot: number, block: Int16Array, tokens: Token[]): void {
  let zeros = 0;
  for (let k = 1; k < 64; k++) {
    const value = block[k] as number;
    if (value === 0) {
      zeros += 1;
      continue;
    }
    for (; zeros > 15; zeros -= 16) tokens.push({ slot, symbol: 0xf0, bits: 0, length: 0 });
    tokens.push(sized(slot, zeros, value));
    zeros = 0;
  }
  if (zeros > 0) tokens.push({ slot, symbol: 0, bits: 0, length: 0 });
}

/** A band of AC coefficients of a progressive file (T.81, G.1.2.2 and G.1.2.3). */
function createBand({ components, first, last, high, low }: ScanDescription, tokens: Token[]): BlockWriter {
  const slot = 4 + tableOf(components[0] ?? 0);
  let ended = 0;
  let corrections: number[] = [];

  function writeBits(bits: readonly number[]): void {
    for (const bit of bits) tokens.push({ bits: bit, length: 1 });
  }

  function end(): void {
    if (ended > 0) {
      const length = Math.floor(Math.log2(ended));
      tokens.push({ slot, symbol: length * 16, bits: ended - 2 ** length, length });
    }
    writeBits(corrections);
    ended = 0;
    corrections = [];
  }

  return {
    end,
    write(_component, block) {
      const sizes = Array.from(block, (value) => Math.abs(value) >> low);
      const isNew = (size: number | undefined) => (high === 0 ? size !== 0 : size === 1);
      let lastNew = last;
      while (lastNew >= first && !isNew(sizes[lastNew])) lastNew -= 1;
      let zeros = 0;
      let own: number[] = [];
      for (let k = first; k <= last; k++) {
        const size = sizes[k] ?? 0;
        if (size === 0) {
          zeros += 1;
          continue;
        }
        for (; zeros > 15 && k <= lastNew; zeros -= 16) {
          end();
          tokens.push({ slot, symbol: 0xf0, bits: 0, length: 0 });
          writeBits(own);
          own = [];
        }
        if (!isNew(size)) {
          own.push(size & 1);
          continue;
        }
        end();
        tokens.push(sized(slot, zeros, (block[k] as number) < 0 ? -size : size));
        writeBits(own);
        own = [];
        zeros = 0;
      }
      if (zeros === 0 && own.length === 0) return;
      ended += 1;
      corrections.push(...own);
      if (ended === 0x7fff) end();
    },
  };
}
