import { ImgpipeError } from './errors.ts';

/** The stream whose name may be left out; its images lie directly in `image_database/`. */
export const DEFAULT_STREAM = 'default';

export const STREAM_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const LOOKS_LIKE_AN_IMAGE_FILE = /^\d{5,}\.(jpg|png)$/;

/** The name itself if it can name a stream, else an error of the user's. */
export function checkStreamName(name: string): string {
  if (!STREAM_NAME.test(name)) {
    throw new ImgpipeError(
      'config_invalid',
      `stream: ${JSON.stringify(name)} is no stream name: use 1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or a digit`,
    );
  }
  if (LOOKS_LIKE_AN_IMAGE_FILE.test(name)) {
    throw new ImgpipeError(
      'config_invalid',
      `stream: ${JSON.stringify(name)} would be mistaken for an image of the stream '${DEFAULT_STREAM}': choose a name that is not a number with .jpg or .png`,
    );
  }
  return name;
}
