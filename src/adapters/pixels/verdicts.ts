import { ImgpipeError } from '../../domain/errors.ts';

/** The error of a picture whose data is at fault, or of a kind that is not read. The message can follow the picture's name. */
export function undecodable(message: string, cause?: unknown): ImgpipeError {
  return new ImgpipeError('undecodable', message, cause === undefined ? undefined : { cause });
}

/** A picture whose data ends early: `rows` of its rows are whole. */
export interface CutPicture {
  readonly kind: string;
  readonly rows: number;
  readonly height: number;
}

/** The note on a picture that is cut short. Throws `undecodable` unless damage is accepted. */
export function noteOnCut({ kind, rows, height }: CutPicture, acceptsDamage: boolean | undefined): string {
  const missing = `the ${kind} is cut short after ${Math.floor((100 * rows) / height)} % of the rows`;
  if (acceptsDamage !== true) throw undecodable(missing);
  return `${missing}; only what is whole is compared`;
}

/** The error of a valid file that uses something that is not read. */
export function notRead(kind: string, what: string): ImgpipeError {
  return undecodable(`it is a ${kind} with ${what}, which imgpipe does not read: save it as PNG or JPEG`);
}
