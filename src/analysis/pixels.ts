/** A picture's pixels: 8-bit RGB, rows from the top, `data.length === width * height * 3`. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
