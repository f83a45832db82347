import { Chalk, type ChalkInstance, supportsColor, supportsColorStderr } from 'chalk';
import type { Ora } from 'ora';

/** How often progress is told where no terminal shows it moving. */
const PLAIN_PROGRESS_MS = 5000;

/** What a command writes to: results to stdout, all else to stderr. */
export interface Terminal {
  readonly out: ChalkInstance;
  readonly err: ChalkInstance;
  /** A result. */
  result(line: string): void;
  /** Something worth knowing; silent with `--quiet`. */
  notice(line: string): void;
  /** Something that went wrong. */
  complaint(line: string): void;
  /** What is going on: a moving line on a terminal, a plain one now and then elsewhere, nothing with `--quiet`. */
  progress(text: string): void;
  /** Ends the progress. */
  close(): void;
}

export async function createTerminal({ quiet }: { quiet: boolean }): Promise<Terminal> {
  const noColor = (process.env['NO_COLOR'] ?? '') !== '';
  const level = (support: typeof supportsColor) => (noColor || support === false ? 0 : support.level);
  const err = new Chalk({ level: level(supportsColorStderr) });
  const animated = process.stderr.isTTY === true && !quiet && process.env['TERM'] !== 'dumb';
  // Loaded only where it is seen: every command starts the sooner.
  const ora = animated ? (await import('ora')).default : undefined;
  let spinner: Ora | undefined;
  let lastPlain = performance.now();

  function write(stream: NodeJS.WriteStream, line: string): void {
    spinner?.clear();
    stream.write(`${line}\n`);
    spinner?.render();
  }

  function spin(text: string): void {
    spinner ??= ora?.({
      stream: process.stderr,
      // Ctrl-C is ours to handle, and a kill must not leave the cursor hidden.
      discardStdin: false,
      hideCursor: false,
      ...(noColor && { color: false }),
    }).start();
    if (spinner !== undefined) spinner.text = text;
  }

  return {
    out: new Chalk({ level: level(supportsColor) }),
    err,
    result: (line) => write(process.stdout, line),
    notice: (line) => {
      if (!quiet) write(process.stderr, line);
    },
    complaint: (line) => write(process.stderr, `${err.red('imgpipe:')} ${line}`),
    progress: (text) => {
      if (animated) return spin(text);
      if (quiet || performance.now() - lastPlain < PLAIN_PROGRESS_MS) return;
      lastPlain = performance.now();
      write(process.stderr, text);
    },
    close: () => {
      spinner?.stop();
      spinner = undefined;
    },
  };
}
