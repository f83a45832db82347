import { KERNELS } from '#kernels';

/** The kernels of the folder kernel/. */
export type KernelName =
  | 'changed'
  | 'differences'
  | 'jpegDecoder'
  | 'jpegDeepDecoder'
  | 'jpegEncoder'
  | 'pngUnfilter'
  | 'quarterTurn';

/** The compiled kernels. An instance of one that has been compiled before runs its optimized code at once. */
const modules = new Map<KernelName, WebAssembly.Module>();

/**
 * A new instance of a kernel, with its own memory; `undefined` if it has SIMD and the machine has none. `Exports` is
 * what the kernel's source exports.
 */
export function createKernel<Exports extends object>(name: KernelName): Exports | undefined {
  const code = Buffer.from(KERNELS[name], 'base64');
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(code)) return undefined;
  const compiled = modules.get(name) ?? new WebAssembly.Module(code);
  modules.set(name, compiled);
  return new WebAssembly.Instance(compiled, {}).exports as unknown as Exports;
}
