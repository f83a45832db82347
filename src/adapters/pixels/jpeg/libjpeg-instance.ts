import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type CreateModule from '@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs';
import type { LibjpegModule, LibjpegSettings } from '@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs';

type Decoder = InstanceType<LibjpegModule['JPEGDecoder']>;
type Encoder = InstanceType<LibjpegModule['JPEGEncoder']>;

/** An instance of libjpeg-turbo with its own memory. */
export interface LibjpegInstance {
  readonly module: LibjpegModule;
  readonly decoder: Decoder;
  readonly encoder: Encoder;
}

const FOUR_TWO_ZERO = 2;
const require = createRequire(import.meta.url);
let compiled: object | undefined;

/** Creates an instance synchronously, in a millisecond or two: the code is compiled once. */
export function createInstance(): LibjpegInstance {
  compiled ??= new WebAssembly.Module(readFileSync(require.resolve('@cornerstonejs/codec-libjpeg-turbo-8bit/wasm')));
  const code = compiled;
  // Loaded with the first JPEG, and by require, which does not analyze its exports.
  const createModule: typeof CreateModule = require('@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs');
  let failure: unknown;
  const settings: LibjpegSettings & Partial<LibjpegModule> = {
    instantiateWasm(imports, done) {
      try {
        const instance = new WebAssembly.Instance(code, imports);
        done(instance, code);
        return instance.exports;
      } catch (thrown) {
        failure = thrown;
        throw thrown;
      }
    },
    print() {},
    printErr() {},
  };
  // With a synchronous instance everything is ready now; the promise adds nothing but errors.
  createModule(settings).catch((thrown: unknown) => {
    failure ??= thrown;
  });
  if (!isReady(settings)) throw failure ?? new Error('libjpeg-turbo failed to start');

  const encoder = new settings.JPEGEncoder();
  encoder.setProgressive(0);
  encoder.setSubSampling(FOUR_TWO_ZERO);
  return { module: settings, decoder: new settings.JPEGDecoder(), encoder };
}

function isReady(settings: object): settings is LibjpegModule {
  return 'JPEGDecoder' in settings && 'JPEGEncoder' in settings;
}
