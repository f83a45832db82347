import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../../kafka/ports.ts';
import { ROOT } from '../support/imgpipe.ts';
import { sharedKafka } from '../support/kafka/shared-kafka.ts';
import { openShellTerminal, type ShellTerminal } from '../support/shell-terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { outputPattern, type TourStep, tourSteps } from './tour-steps.ts';

const PAGE = readFileSync(path.join(ROOT, 'docs/kafka-tour.md'), 'utf8');
/** The port that the page says its reader may choose otherwise. */
const PORT = '9092';
const PATIENCE_MS = 40_000;
/** How a stage off a terminal tells that it lives; at a terminal such a line is drawn over. */
const PROGRESS = /^\d+ (?:images?|alerts?)\b.*\n/gm;
/** Those of a run of the broker in front: npm tells the shell of the Ctrl-C, others of their orderly end. */
const ENDS_OF_INTERRUPTED = [0, 130];

const { whyNone } = await sharedKafka();

describe('a pattern of expected output', () => {
  const holds = (lines: string, output: string) => outputPattern(lines).test(output);

  test('takes lines whole and in order, … for anything within a line, and a line of … for lines', () => {
    expect(holds('one\nt…o', 'zero\none\ntwo\n')).toBe(true);
    expect(holds('one\n…\nthree', 'one\ntwo\ntwo\nthree\n')).toBe(true);
    expect(holds('a b', 'a\t  b  \n')).toBe(true);
    expect(holds('one\nthree', 'one\ntwo\nthree\n')).toBe(false);
    expect(holds('one', 'stone\n')).toBe(false);
    expect(holds('one', 'one more\n')).toBe(false);
    expect(holds('a.c', 'abc\n')).toBe(false);
  });
});

test.skipIf(whyNone)(
  `the tour goes as the page says${whyNone ? ` (left out: ${whyNone})` : ''}`,
  { timeout: 180_000 },
  async () => {
    const [port] = await freePorts(1);
    const steps = tourSteps(
      PAGE.replaceAll(PORT, String(port)).replaceAll(/^npm run kafka$/gm, `npm run kafka -- --port ${port}`),
    );
    expect(steps.length).toBeGreaterThan(50);
    const walk = openTerminals(cloneFolder());
    for (const [index, step] of steps.entries()) await walk.take(step, steps[index + 1]);
    await walk.finish();
  },
);

/** A folder that looks like the clone, so that what the tour writes into it does not come to lie in this one. */
function cloneFolder(): string {
  const folder = path.join(temporaryFolder(), 'clone');
  mkdirSync(folder);
  const own = new Set(['kafka-data', 'imgpipe-data', 'tour-data']);
  for (const name of readdirSync(ROOT)) {
    if (!own.has(name)) symlinkSync(path.join(ROOT, name), path.join(folder, name));
  }
  return folder;
}

/** The reader's terminals: a block is done when what the page shows below it was seen, or else when it has ended. */
function openTerminals(cwd: string) {
  const own = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !name.startsWith('IMGPIPE_'),
  );
  const env = {
    ...(Object.fromEntries(own) as Record<string, string>),
    NO_COLOR: '1',
    // The page's 15 s are long for a test; a broker for people takes no less than 6.
    IMGPIPE_KAFKA_SESSION_TIMEOUT: '8s',
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

  async function end(number: number, at: number): Promise<void> {
    const { shell, ends } = terminal(number);
    const status = await inTime(shell.ended(), () => `line ${at}: terminal ${number} does not end:\n${shown(shell)}`);
    expect(ends, `line ${at}: exit of what ran in terminal ${number}:\n${shown(shell)}`).toContain(status);
  }

  async function see(number: number, { lines, at }: TourStep): Promise<void> {
    const here = terminal(number);
    const { shell } = here;
    const what = () =>
      `line ${at}: terminal ${number} should show\n${lines}\n\nand shows\n${shown(shell).slice(here.seen)}`;
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
        expect(step.lines, `line ${step.at}`).toBe('Ctrl-C');
        here.ends = ENDS_OF_INTERRUPTED;
        here.shell.interrupt();
      }
      const seenNext = next?.kind === 'text' && next.terminals.includes(number);
      if (!seenNext) await end(number, step.at);
    }
  }

  async function finish(): Promise<void> {
    for (const number of terminals.keys()) await end(number, PAGE.split('\n').length);
  }
  return { take, finish };
}

function shown(shell: ShellTerminal): string {
  return shell.output().replace(PROGRESS, '');
}

async function inTime<T>(work: Promise<T>, otherwise: () => string): Promise<T> {
  const over = new AbortController();
  const late = sleep(PATIENCE_MS, undefined, { signal: over.signal }).then(() => {
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
