import { ImgpipeError } from './errors.ts';
import { PICTURE_FORMATS } from './records.ts';

/** The stream that is used if none is named. Its images are directly in `image_database/`. */
export const DEFAULT_STREAM = 'default';

export const STREAM_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const LOOKS_LIKE_AN_IMAGE_FILE = new RegExp(`^\\d{5,}\\.(${PICTURE_FORMATS.join('|')})$`);

/** The name, if it is valid. Throws `config_invalid`. */
export function checkStreamName(name: string): string {
  if (!STREAM_NAME.test(name)) {
    throw new ImgpipeError(
      'config_invalid',
      `stream: ${JSON.stringify(name)} is not a stream name: use 1 to 64 characters of a-z, 0-9, '.', '_' and '-', starting with a letter or digit`,
    );
  }
  if (LOOKS_LIKE_AN_IMAGE_FILE.test(name)) {
    throw new ImgpipeError(
      'config_invalid',
      `stream: ${JSON.stringify(name)} would look like an image of the stream '${DEFAULT_STREAM}': choose a name that is not a number followed by an ending of a picture, such as .jpg`,
    );
  }
  return name;
}
