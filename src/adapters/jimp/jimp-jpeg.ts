type JimpFormat = ReturnType<typeof import('jimp')['defaultFormats'][number]>;
type FormatOf<Mime> = Extract<JimpFormat, { mime: Mime }>;

/** jimp's own decoders, of the two formats that are meant to be read and no other. */
export interface JimpFormats {
  readonly png: FormatOf<'image/png'>;
  readonly jpeg: FormatOf<'image/jpeg'>;
}

let formats: Promise<JimpFormats> | undefined;

/**
 * Loads jimp when it is first needed, for it takes long and plain JPEGs do without. `Jimp.read` stays out of it: it
 * would guess the format anew, refuse animated PNGs, and apply an EXIF orientation that is ours to apply.
 */
export function jimpFormats(): Promise<JimpFormats> {
  formats ??= import('jimp').then(({ defaultFormats }) => {
    const all = defaultFormats.map((format) => format());
    const png = all.find((format) => format.mime === 'image/png');
    const jpeg = all.find((format) => format.mime === 'image/jpeg');
    if (!png || !jpeg) throw new Error('jimp has lost a format');
    return { png, jpeg };
  });
  return formats;
}
