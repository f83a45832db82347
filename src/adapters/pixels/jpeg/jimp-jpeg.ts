type JimpFormat = ReturnType<typeof import('jimp')['defaultFormats'][number]>;

/** jimp's own decoder of JPEGs. */
export type JimpJpeg = Extract<JimpFormat, { mime: 'image/jpeg' }>;

let format: Promise<JimpJpeg> | undefined;

/**
 * Loads jimp when it is first needed, for it takes long and all but rare JPEGs do without. `Jimp.read` stays out of it: it
 * would guess the format anew, and apply an EXIF orientation that is ours to apply.
 */
export function jimpJpeg(): Promise<JimpJpeg> {
  format ??= import('jimp').then(({ defaultFormats }) => {
    const jpeg = defaultFormats.map((make) => make()).find(({ mime }) => mime === 'image/jpeg');
    if (jpeg?.mime !== 'image/jpeg') throw new Error('jimp has lost a format');
    return jpeg;
  });
  return format;
}
