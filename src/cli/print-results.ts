import type { Writable } from 'node:stream';
import type { Terminal } from './terminal.ts';

/** How many lines are written at once. */
const BATCH = 100;

/**
 * Prints results, a line for each, as fast as the reader of stdout takes them, however many there are. Ends early and
 * quietly if the reader has gone away. Resolves to how many were printed.
 */
export async function printResults<T>(
  results: AsyncIterable<T> | Iterable<T>,
  lineOf: (result: T) => string,
  terminal: Pick<Terminal, 'result'>,
  stdout: Writable = process.stdout,
): Promise<number> {
  let printed = 0;
  let batch: string[] = [];
  let failed = false;
  const fail = () => {
    failed = true;
  };

  async function flush(): Promise<void> {
    if (batch.length > 0) terminal.result(batch.join('\n'));
    batch = [];
    if (stdout.writableNeedDrain && !failed) await drained(stdout);
  }

  stdout.on('error', fail);
  try {
    for await (const result of results) {
      batch.push(lineOf(result));
      printed += 1;
      if (batch.length === BATCH) await flush();
      if (failed) return printed;
    }
    await flush();
    return printed;
  } finally {
    stdout.off('error', fail);
  }
}

function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'error', 'close'] as const;
    const done = () => {
      for (const event of events) stream.off(event, done);
      resolve();
    };
    for (const event of events) stream.on(event, done);
  });
}
