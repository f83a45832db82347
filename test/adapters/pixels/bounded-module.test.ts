import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { withMaxMemory } from '../../../src/adapters/pixels/webp/bounded-module.ts';

const libwebp = readFileSync(createRequire(import.meta.url).resolve('@cwasm/webp/webp.wasm'));
const NO_SYSTEM = { wasi_snapshot_preview1: { fd_close() {}, fd_seek() {}, fd_write() {} } };

function memoryOf(module: Uint8Array) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), NO_SYSTEM);
  return exports as { memory: { buffer: ArrayBuffer; grow(pages: number): number }; malloc(bytes: number): number };
}

it('a module whose memory is limited cannot allocate beyond the limit', () => {
  const { memory, malloc } = memoryOf(withMaxMemory(libwebp, 200));
  expect(malloc(5e6)).toBeGreaterThan(0);
  expect(malloc(20e6)).toBe(0);
  expect(() => memory.grow(200)).toThrow(RangeError);
  expect(memory.buffer.byteLength).toBeLessThanOrEqual(200 * 2 ** 16);
  // Without the limit it can.
  expect(memoryOf(libwebp).malloc(20e6)).toBeGreaterThan(0);
});

it('a module that cannot be limited is refused', () => {
  expect(() => withMaxMemory(withMaxMemory(libwebp, 200), 300)).toThrow('another kind of memory');
  expect(() => withMaxMemory(libwebp.subarray(0, 8), 1)).toThrow('no memory');
});
