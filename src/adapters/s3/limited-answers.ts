import { type Readable, Transform } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { ImgpipeError } from '../../domain/errors.ts';

/** The SDK reads lists and errors whole. A list of 1,000 keys has less than this. */
const MAX_ANSWER_BYTES = 8_000_000;

interface Answer {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  body?: Readable;
}

/** Makes the answers of a client fail that are longer than any of S3, except for the bytes of objects. */
export function limitAnswers(client: S3Client, store: string): void {
  function limit<Args, Result extends { readonly response: unknown }>(
    next: (args: Args) => Promise<Result>,
    { commandName }: { readonly commandName?: string },
  ) {
    return async (args: Args): Promise<Result> => {
      const result = await next(args);
      const response = result.response as Answer;
      const isObject = commandName === 'GetObjectCommand' && (response.statusCode ?? 0) < 300;
      if (response.body !== undefined && !isObject && !isShort(response)) response.body = limited(response.body, store);
      return result;
    };
  }
  const place = { relation: 'after', toMiddleware: 'deserializerMiddleware', name: 'limitAnswers' } as const;
  client.middlewareStack.addRelativeTo(limit, place);
}

/** Whether the answer has said how short it is: Node reads no more. */
function isShort({ headers }: Answer): boolean {
  return Number(headers?.['content-length'] ?? Number.POSITIVE_INFINITY) <= MAX_ANSWER_BYTES;
}

function limited(body: Readable, store: string): Readable {
  let length = 0;
  const limiter = new Transform({
    transform(chunk: Uint8Array, _, done) {
      length += chunk.length;
      if (length <= MAX_ANSWER_BYTES) return done(null, chunk);
      body.destroy();
      return done(
        new ImgpipeError(
          'store_unavailable',
          `the store ${store} sends an answer that is not that of S3, of more than ${MAX_ANSWER_BYTES} bytes: check that store_endpoint is an S3 server`,
        ),
      );
    },
  });
  body.once('error', (error) => limiter.destroy(error));
  body.once('aborted', () => limiter.destroy(new Error('aborted')));
  return body.pipe(limiter);
}
