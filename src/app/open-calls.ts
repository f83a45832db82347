import { ImgpipeError } from '../domain/errors.ts';

/** The calls of a pipeline that are in flight, so that closing ends them first. */
export interface OpenCalls {
  /** Aborts when the pipeline is closed. */
  readonly signal: AbortSignal;
  /** Does the work of a call. Rejects with `closed` after `close`. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Aborts the signal, and resolves when all calls have ended. */
  close(): Promise<void>;
}

export function createOpenCalls(name: string): OpenCalls {
  const closing = new AbortController();
  const calls = new Set<Promise<unknown>>();
  return {
    signal: closing.signal,
    async run(work) {
      if (closing.signal.aborted) {
        throw new ImgpipeError('closed', `the pipeline ${name} is closed: open it again with createPipeline`);
      }
      const call = work();
      calls.add(call);
      try {
        return await call;
      } finally {
        calls.delete(call);
      }
    },
    async close() {
      closing.abort();
      await Promise.allSettled(calls);
    },
  };
}
