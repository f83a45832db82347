import { asImgpipeError, type ImgpipeError } from '../domain/errors.ts';

/** The statuses of answers that are no answer to what was asked. */
export type ProblemStatus = 400 | 404 | 422 | 500 | 503;

/** The HTTP status that an error has; what the surroundings or damage cause is the server's, for now. */
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

/** What is told of an error: the sentence, and its code. A bug of ours says no more to whoever asks. */
export function tellable(thrown: unknown): { error: ImgpipeError; status: ProblemStatus; sentence: string } {
  const error = asImgpipeError(thrown);
  const status = statusOf(error);
  const sentence =
    error.blame === 'bug' ? 'something went wrong in imgpipe itself; its terminal says more' : error.message;
  return { error, status, sentence };
}
