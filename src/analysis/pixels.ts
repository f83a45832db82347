/** A decoded picture: RGB, interleaved, rows from the top. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Levels from 0 to 255; `data.length === width * height * 3`. Of a 16-bit picture these are the high bytes. */
  readonly data: Uint8Array;
  /** The samples of a 16-bit picture, from 0 to 65,535, in the order of `data`; absent for an 8-bit picture. */
  readonly samples16?: Uint16Array;
  /** For each pixel whether it is whole, 1 or 0, if data of the picture is missing; absent if none is. */
  readonly whole?: Uint8Array;
  /** What is odd about the file that it was decoded from; absent if nothing is. */
  readonly notes?: readonly string[];
}
