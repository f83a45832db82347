import { fileURLToPath } from 'node:url';
import { SetupError } from '../kafka/setup-error.ts';
import { listenForInterrupts } from '../src/cli/interrupt.ts';
import { createWorkplace, type Session } from './bench-folder.ts';
import { stopChildren } from './children.ts';
import { type BenchOptions, HELP, type Part, readOptions, UsageError } from './options.ts';
import { checkReference, type Reference } from './reference-programs.ts';
import { latency } from './tables/latency.ts';
import { memory } from './tables/memory.ts';
import { overhead } from './tables/overhead.ts';
import { rates } from './tables/rates.ts';
import { beside } from './tables/reference.ts';
import { scale } from './tables/scale.ts';
import { startup } from './tables/startup.ts';
import { viewer } from './tables/viewer.ts';

/**
 * Whole runs of the built program, each process from its start to its end. Times of one machine compare only within one
 * run, and on a machine with other work only where cases take turns.
 */
const ORIGINAL = fileURLToPath(new URL('../image_original/original_image.jpg', import.meta.url));

const interrupt = listenForInterrupts(() => void stopChildren());
try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(HELP);
  else await bench(options);
} catch (error) {
  // What ran was told to end.
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
  const workplace = await createWorkplace(options);
  try {
    for (const part of options.parts) await tableOf(part, workplace, reference);
  } catch (error) {
    // What goes wrong at the end now is its consequence.
    await workplace.close().catch(() => {});
    throw error;
  }
  await workplace.close();
}

async function tableOf(part: Part, workplace: Session, reference: Reference | undefined): Promise<void> {
  if (interrupt.signal.aborted) return;
  if (part === 'reference') return reference && beside(workplace, reference, ORIGINAL);
  return { startup, rates, latency, memory, viewer, scale, overhead }[part](workplace, ORIGINAL);
}
