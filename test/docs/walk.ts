import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { ROOT } from '../support/imgpipe.ts';
import { openShellTerminal, type ShellTerminal } from '../support/shell-terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { outputPattern, type TourStep } from './tour-steps.ts';

/** How long a step may take. */
const TIMEOUT_MS = 60_000;
/** Progress of a stage whose output is no terminal; on a terminal such a line is overwritten. */
const PROGRESS = /^\d+ (?:images?|alerts?)\b.*\n/gm;
/** The exit codes of an interrupted command: npm passes Ctrl-C on to the shell, others end in order. */
const INTERRUPTED_EXITS = [0, 130];

/** Performs the steps of a page as its reader would, in terminals of a folder that looks like a clone. */
export async function walkThrough(
  steps: readonly TourStep[],
  { page, env = {} }: { readonly page: string; readonly env?: Readonly<Record<string, string>> },
): Promise<void> {
  const walk = openTerminals({ cwd: cloneFolder(), page, env });
  for (const [index, step] of steps.entries()) await walk.take(step, steps[index + 1]);
  await walk.finish();
}

/** A folder of links to everything in this clone, so that what a page writes does not end up in this one. */
function cloneFolder(): string {
  const folder = path.join(temporaryFolder(), 'clone');
  mkdirSync(folder);
  const written = new Set([
    'kafka-data',
    'imgpipe-data',
    'tour-data',
    'camera-data',
    'street-data',
    'trial-data',
    'pictures',
  ]);
  for (const name of readdirSync(ROOT)) {
    if (!written.has(name)) symlinkSync(path.join(ROOT, name), path.join(folder, name));
  }
  return folder;
}

/** The reader's terminals. A block is done when the output that the page shows below it was seen, or else when it has ended. */
function openTerminals({
  cwd,
  page,
  env: given,
}: {
  cwd: string;
  page: string;
  env: Readonly<Record<string, string>>;
}) {
  const own = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !name.startsWith('IMGPIPE_'),
  );
  const env = {
    ...(Object.fromEntries(own) as Record<string, string>),
    NO_COLOR: '1',
    ...given,
  };
  const terminals = new Map<number, { shell: ShellTerminal; seen: number; ends: readonly number[] }>();
  onTestFinished(async () => {
    for (const { shell } of terminals.values()) await shell.close();
  });

  function terminal(number: number) {
    const open = terminals.get(number) ?? { shell: openShellTerminal({ cwd, env }), seen: 0, ends: [0] };
    terminals.set(number, open);
    return open;
  }

  async function end(number: number, at: number | 'the end'): Promise<void> {
    const { shell, ends } = terminal(number);
    const status = await inTime(
      shell.ended(),
      () => `${page}:${at}: terminal ${number} does not end:\n${shown(shell)}`,
    );
    expect(ends, `${page}:${at}: exit code of what ran in terminal ${number}:\n${shown(shell)}`).toContain(status);
  }

  async function see(number: number, { lines, at }: TourStep): Promise<void> {
    const here = terminal(number);
    const { shell } = here;
    const what = () =>
      `${page}:${at}: terminal ${number} should show\n${lines}\n\nand shows\n${shown(shell).slice(here.seen)}`;
    const pattern = outputPattern(lines);
    const look = async () => {
      for (;;) {
        const found = pattern.exec(shown(shell).slice(here.seen));
        if (found !== null) {
          here.seen += found.index + found[0].length;
          return;
        }
        if (!shell.isBusy()) throw new Error(what());
        await shell.news();
      }
    };
    await inTime(look(), what);
  }

  async function take(step: TourStep, next: TourStep | undefined): Promise<void> {
    for (const number of step.terminals) {
      if (step.kind === 'text') {
        await see(number, step);
        continue;
      }
      const here = terminal(number);
      if (step.kind === 'sh') {
        await end(number, step.at);
        here.seen = shown(here.shell).length;
        here.ends = [step.exit];
        here.shell.type(step.lines);
      } else {
        expect(step.lines, `${page}:${step.at}`).toBe('Ctrl-C');
        here.ends = INTERRUPTED_EXITS;
        here.shell.interrupt();
      }
      const seenNext = next?.kind === 'text' && next.terminals.includes(number);
      if (!seenNext) await end(number, step.at);
    }
  }

  async function finish(): Promise<void> {
    for (const number of terminals.keys()) await end(number, 'the end');
  }
  return { take, finish };
}

function shown(shell: ShellTerminal): string {
  return shell.output().replace(PROGRESS, '');
}

async function inTime<T>(work: Promise<T>, otherwise: () => string): Promise<T> {
  const over = new AbortController();
  const late = sleep(TIMEOUT_MS, undefined, { signal: over.signal }).then(() => {
    throw new Error(otherwise());
  });
  late.catch(() => {});
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
