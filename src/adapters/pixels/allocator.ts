/** Where a picture's pixels are put: memory of so many bytes, whatever is in it. */
export type Room = (bytes: number) => Uint8Array;

export const newRoom: Room = (bytes) => new Uint8Array(bytes);
