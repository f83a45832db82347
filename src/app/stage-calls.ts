import type { NoticeLine } from '../domain/json/notice-lines.ts';
import type { ResultLine } from '../domain/json/result-lines.ts';
import type { Report, Step } from '../domain/reports.ts';
import { reportJson } from '../operations/json/notice-lines.ts';
import type { Locate } from '../operations/json/result-lines.ts';
import { booleanOf, callbackOf, optionsOf, signalOf } from './arguments.ts';
import type { StageOptions } from './pipeline.ts';

/** What a stage reports: the lines of `--json`, and notices. `type` says which. */
export type ReportLine = ResultLine | NoticeLine;

/** How a stage is run. */
export interface StageCallOptions {
  /** Stops the stage, which finishes what is in flight. Without it the stage ends by itself or with `close`. */
  readonly signal?: AbortSignal | undefined;
  /** Ends `analyze` and `alert` when their input is empty. Without it they wait for more. */
  readonly drain?: boolean | undefined;
  /** Is called with each result and notice. If it throws, the stage stops and the call rejects with that error. */
  readonly onReport?: ((line: ReportLine) => void) | undefined;
  /** Is called at the steps of a stage, which waits for it: to stop a process at a certain step in a test. */
  readonly onStep?: ((step: Step) => void | Promise<void>) | undefined;
}

const NAMES = ['signal', 'drain', 'onReport', 'onStep'] as const;

interface StageCall {
  readonly given: unknown;
  /** Aborts when the pipeline is closed. */
  readonly closing: AbortSignal;
  readonly locate: Locate;
}

/** Runs a stage with the options that a program gave. Throws `usage`, and what `onReport` throws. */
export async function callStage<T>(call: StageCall, work: (options: StageOptions) => Promise<T>): Promise<T> {
  const given = optionsOf(call.given, NAMES);
  const signal = signalOf(given.signal);
  const drain = booleanOf('drain', given.drain);
  const onReport = callbackOf<(line: ReportLine) => unknown>('onReport', given.onReport);
  const onStep = callbackOf<NonNullable<StageCallOptions['onStep']>>('onStep', given.onStep);

  const failed = new AbortController();
  let failure: { readonly thrown: unknown } | undefined;
  const fail = (thrown: unknown) => {
    failure ??= { thrown };
    failed.abort();
  };
  // The stages must not take what a program's callback throws for a fault of the image in flight.
  const report = (each: Report) => {
    try {
      const returned = onReport?.(reportJson(each, call.locate));
      if (returned instanceof Promise) returned.catch(fail);
    } catch (thrown) {
      fail(thrown);
    }
  };
  try {
    return await work({
      signal: AbortSignal.any([call.closing, failed.signal, ...(signal === undefined ? [] : [signal])]),
      onReport: report,
      ...(drain !== undefined && { drain }),
      ...(onStep !== undefined && { onStep }),
    });
  } finally {
    // biome-ignore lint/correctness/noUnsafeFinally: the callback's error is the cause of any other.
    if (failure !== undefined) throw failure.thrown;
  }
}
