const patched = new WeakSet<object>();

/** Replaces methods of a prototype with those that `patch` returns for the original; later calls do nothing. */
export function patchOnce<T extends object>(prototype: T, patch: (original: T) => Partial<T> & ThisType<T>): void {
  if (patched.has(prototype)) return;
  patched.add(prototype);
  Object.assign(prototype, patch(prototype));
}
