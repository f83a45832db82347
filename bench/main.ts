import { fileURLToPath } from 'node:url';
import { SetupError } from '../kafka/setup-error.ts';
import { listenForInterrupts } from '../src/cli/interrupt.ts';
import { stopChildren } from './children.ts';
import { type BenchOptions, HELP, type Part, readOptions, UsageError } from './options.ts';
import { checkReference, type Reference } from './reference-programs.ts';
import { createSession, type Session } from './session.ts';
import { latency } from './tables/latency.ts';
import { memory } from './tables/memory.ts';
import { overhead } from './tables/overhead.ts';
import { rates } from './tables/rates.ts';
import { versusReference } from './tables/reference.ts';
import { scale } from './tables/scale.ts';
import { startup } from './tables/startup.ts';
import { viewer } from './tables/viewer.ts';

/**
 * Measures complete runs of the built program, from the start to the exit of each process. Times are comparable only on
 * the same machine and within one run; under other load only between cases that take turns.
 */
const ORIGINAL = fileURLToPath(new URL('../image_original/original_image.jpg', import.meta.url));

const interrupt = listenForInterrupts(() => void stopChildren());
try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(HELP);
  else await bench(options);
} catch (error) {
  // After an interrupt, errors of stopped processes are expected.
  if (interrupt.exit() === undefined) {
    if (!(error instanceof UsageError || error instanceof SetupError)) throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
} finally {
  interrupt.close();
  process.exitCode = interrupt.exit() ?? process.exitCode;
}

async function bench(options: BenchOptions): Promise<void> {
  const { reference: folder, python } = options;
  const reference = folder === undefined ? undefined : { folder, python };
  if (reference !== undefined) await checkReference(reference);
  const session = await createSession(options);
  try {
    for (const part of options.parts) await tableOf(part, session, reference);
  } catch (error) {
    // Errors on close are a consequence of this one.
    await session.close().catch(() => {});
    throw error;
  }
  await session.close();
}

async function tableOf(part: Part, session: Session, reference: Reference | undefined): Promise<void> {
  if (interrupt.signal.aborted) return;
  if (part === 'reference') return reference && versusReference(session, reference, ORIGINAL);
  return { startup, rates, latency, memory, viewer, scale, overhead }[part](session, ORIGINAL);
}
