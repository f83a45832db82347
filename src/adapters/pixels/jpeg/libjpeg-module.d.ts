// The package has no types. These cover what libjpeg.ts uses.
declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs' {
  interface FrameInfo {
    readonly width: number;
    readonly height: number;
    readonly componentCount: number;
    readonly bitsPerSample: number;
    readonly isSigned: boolean;
  }

  /** Input buffers are views of the module's memory, valid until the next call. */
  interface JPEGDecoder {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getFrameInfo(): FrameInfo;
    getDecodedBuffer(): Uint8Array | Uint8ClampedArray;
    delete(): void;
    /** Emscripten's handle: the object's address in the module's memory. */
    readonly $$: { readonly ptr: number };
  }

  interface JPEGEncoder {
    setQuality(quality: number): void;
    setProgressive(progressive: 0 | 1): void;
    setSubSampling(sampling: number): void;
    getDecodedBuffer(frame: FrameInfo): Uint8Array;
    encode(): void;
    getEncodedBuffer(): Uint8Array | Uint8ClampedArray;
  }

  export interface LibjpegModule {
    readonly HEAPU8: Uint8Array;
    readonly HEAPU32: Uint32Array;
    readonly JPEGDecoder: new () => JPEGDecoder;
    readonly JPEGEncoder: new () => JPEGEncoder;
  }

  /** Emscripten's hooks. The module's members are added to the same object. */
  export interface LibjpegSettings {
    instantiateWasm(imports: object, done: (instance: object, module: object) => void): object;
    print(text: string): void;
    printErr(text: string): void;
  }

  export default function createModule(settings: LibjpegSettings): Promise<LibjpegModule>;
}
