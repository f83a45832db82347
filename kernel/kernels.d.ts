/** The types of `#kernels`, which `npm run kernel` generates: each kernel's WebAssembly code in base64. */
export declare const KERNELS: {
  /** differences.as.ts: range and sum of squares of the differences of two pictures, and the difference image. */
  readonly differences: string;
  /** changed.as.ts: the inner loops of `changed@2`. */
  readonly changed: string;
  /** png-unfilter.as.ts: reverses PNG's row filters. */
  readonly pngUnfilter: string;
  /** quarter-turn.as.ts: rows of a picture that is rotated by 90°. It has no SIMD. */
  readonly quarterTurn: string;
  /** jpeg-decoder.as.ts: the scans of a baseline or progressive JPEG, decoded to RGB. */
  readonly jpegDecoder: string;
  /** jpeg-deep-decoder.as.ts: the same with samples of 12 bits. It has no SIMD. */
  readonly jpegDeepDecoder: string;
  /** jpeg-encoder.as.ts: the scan of a baseline JPEG. */
  readonly jpegEncoder: string;
};
