import type { Config } from '../config/settings.ts';

/** The configured limits on decoding. */
export function limitsOf(config: Pick<Config, 'maxMegapixels' | 'maxPictureMemory'>) {
  return { maxPixels: Math.round(config.maxMegapixels * 1e6), maxMemory: config.maxPictureMemory * 1e6 };
}

/** The largest picture that is received, in bytes. */
export function maxFileBytes(config: Pick<Config, 'maxFileMegabytes'>): number {
  return Math.round(config.maxFileMegabytes * 1e6);
}
