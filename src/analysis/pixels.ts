/** A decoded picture: 8-bit RGB, interleaved, rows from the top; `data.length === width * height * 3`. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /** For each pixel whether it is whole, 1 or 0, if data of the picture is missing; absent if none is. */
  readonly whole?: Uint8Array;
  /** What is odd about the file that it was decoded from; absent if nothing is. */
  readonly notes?: readonly string[];
}
