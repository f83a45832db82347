/** Where a picture's pixels are put: memory of so many bytes, whatever is in it. */
export type Allocator = (bytes: number) => Uint8Array;

export const allocateNew: Allocator = (bytes) => new Uint8Array(bytes);
