const PNG = [0x89, 0x50, 0x4e, 0x47];
/** Where a PNG's header says how many bits its samples have. */
const PNG_DEPTH = 24;

/** Whether the first bytes of a picture file say that its samples have 16 bits. */
export function isDeepPicture(start: Uint8Array): boolean {
  return PNG.every((byte, index) => start[index] === byte) && start[PNG_DEPTH] === 16;
}
