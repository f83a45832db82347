import { ImgpipeError, Stopped } from '../domain/errors.ts';
import type { Observer, Report } from '../domain/reports.ts';

interface Stoppable extends Observer {
  readonly signal: AbortSignal;
}

/**
 * Runs a stage that is not allowed to wait: where it would wait for a resource, it stops and the transient error is thrown;
 * where it would stand by, `in_use`. What is in flight is finished, as on any stop. The wait for a missing picture is no such
 * wait: it ends by itself (`object_wait`).
 */
export async function withoutWaiting<T, O extends Stoppable>(options: O, work: (options: O) => Promise<T>): Promise<T> {
  const blocked = new AbortController();
  let reason: ImgpipeError | undefined;
  const onReport = (report: Report) => {
    const error = reasonToWait(report);
    if (error === undefined) return options.onReport?.(report);
    reason ??= error;
    blocked.abort();
  };
  try {
    const result = await work({ ...options, onReport, signal: AbortSignal.any([options.signal, blocked.signal]) });
    if (reason === undefined) return result;
  } catch (thrown) {
    if (reason === undefined || !(thrown instanceof Stopped)) throw thrown;
  }
  throw reason;
}

function reasonToWait(report: Report): ImgpipeError | undefined {
  if (report.kind === 'waiting' && report.error.blame === 'transient') return report.error;
  if (report.kind !== 'standing_by') return undefined;
  const { stage, holder = 'another member of its group' } = report;
  return new ImgpipeError(
    'in_use',
    `${stage} would have to stand by, because ${holder} is at work: run it without --no-wait to take over when that ends`,
  );
}
