import type { WebpFrame } from './header.ts';

/** Code tables, and the module's own. A file that needs more would be one that was made for it. */
const TABLES_BYTES = 8e6;

/** The memory that libwebp needs for a frame, in bytes: the file, the pixels twice, and the alpha. */
export function frameMemory({ width, height, data, alpha }: WebpFrame): number {
  return data.length + (alpha?.length ?? 0) + width * height * 9 + TABLES_BYTES;
}
