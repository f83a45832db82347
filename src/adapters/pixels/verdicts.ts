import { ImgpipeError } from '../../domain/errors.ts';

/** The error of a picture whose data is at fault, or of a kind that is not read. The message can follow the picture's name. */
export function undecodable(message: string, cause?: unknown): ImgpipeError {
  return new ImgpipeError('undecodable', message, cause === undefined ? undefined : { cause });
}

/** The error of a picture whose data ends early: `rows` of them are whole. */
export function cutShort(kind: string, rows: number, height: number): ImgpipeError {
  const percent = Math.floor((100 * rows) / height);
  return undecodable(`the ${kind} is cut short after ${percent} % of the rows`);
}

/** The error of a valid file that uses something that is not read. */
export function notRead(kind: string, what: string): ImgpipeError {
  return undecodable(`it is a ${kind} with ${what}, which imgpipe does not read: save it as PNG or JPEG`);
}
