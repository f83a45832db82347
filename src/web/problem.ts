import { asImgpipeError, type ImgpipeError } from '../domain/errors.ts';

/** The HTTP statuses of errors. */
export type ProblemStatus = 400 | 404 | 422 | 500 | 503;

/** The HTTP status of an error. Transient and fatal errors are the server's. */
export function statusOf(error: ImgpipeError): ProblemStatus {
  switch (error.code) {
    case 'usage':
    case 'config_invalid':
      return 400;
    case 'not_found':
    case 'object_missing':
      return 404;
    case 'undecodable':
    case 'too_large':
      return 422;
    default:
      return error.blame === 'bug' ? 500 : 503;
  }
}

/** The part of an error that a client sees. The details of a bug stay in the server's log. */
export function problemOf(thrown: unknown): { error: ImgpipeError; status: ProblemStatus; sentence: string } {
  const error = asImgpipeError(thrown);
  const status = statusOf(error);
  const sentence = error.blame === 'bug' ? 'internal error: see the output of imgpipe serve' : error.message;
  return { error, status, sentence };
}
