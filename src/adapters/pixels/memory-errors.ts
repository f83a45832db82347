/** Whether what was thrown tells of the machine's memory and not of the bytes that were being decoded. */
export function isMemoryTrouble(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if ((thrown as NodeJS.ErrnoException).code === 'ERR_MEMORY_ALLOCATION_FAILED') return true;
  return thrown instanceof RangeError && /allocat|out of memory|invalid array length/i.test(thrown.message);
}
