import type { Ora } from 'ora';

/** The interval of plain progress lines, where no terminal can animate one. */
const PLAIN_PROGRESS_MS = 5000;

/** The styles of printed text; plain text where colors are off. */
export type Style = Readonly<Record<'bold' | 'dim' | 'red' | 'yellow' | 'cyan', (text: string) => string>>;

/** Where a command writes: results to stdout, everything else to stderr. */
export interface Terminal {
  readonly out: Style;
  readonly err: Style;
  /** Prints a result. */
  result(line: string): void;
  /** Prints a notice, unless `--quiet`. */
  notice(line: string): void;
  /** Prints an error. */
  error(line: string): void;
  /** Shows progress: an animated line on a terminal, a plain one every few seconds elsewhere, nothing with `--quiet`. */
  progress(text: string): void;
  /** Removes the progress line. */
  close(): void;
}

export async function createTerminal({ quiet }: { quiet: boolean }): Promise<Terminal> {
  const noColor = (process.env['NO_COLOR'] ?? '') !== '';
  const { out, err } = noColor ? { out: PLAIN, err: PLAIN } : await stylesOf(process.stdout, process.stderr);
  const animated = process.stderr.isTTY === true && !quiet && process.env['TERM'] !== 'dumb';
  // Loaded only where it is shown, to keep start-up short.
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
      // We handle Ctrl-C ourselves, and a kill must not leave the cursor hidden.
      discardStdin: false,
      hideCursor: false,
      ...(noColor && { color: false }),
    }).start();
    if (spinner !== undefined) spinner.text = text;
  }

  return {
    out,
    err,
    result: (line) => write(process.stdout, line),
    notice: (line) => {
      if (!quiet) write(process.stderr, line);
    },
    error: (line) => write(process.stderr, `${err.red('imgpipe:')} ${line}`),
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

const PLAIN: Style = { bold: String, dim: String, red: String, yellow: String, cyan: String };

async function stylesOf(out: NodeJS.WriteStream, err: NodeJS.WriteStream): Promise<{ out: Style; err: Style }> {
  // Chalk is loaded only where it can have an effect, to keep start-up short.
  const forced = process.env['FORCE_COLOR'] !== undefined;
  if (!forced && out.isTTY !== true && err.isTTY !== true) return { out: PLAIN, err: PLAIN };
  const { Chalk, supportsColor, supportsColorStderr } = await import('chalk');
  const levelOf = (support: typeof supportsColor) => (support === false ? 0 : support.level);
  return {
    out: new Chalk({ level: levelOf(supportsColor) }),
    err: new Chalk({ level: levelOf(supportsColorStderr) }),
  };
}
