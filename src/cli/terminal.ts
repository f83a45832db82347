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
  /** Prints what keeps a command from its work, such as that it is waiting: also with `--quiet`. */
  warning(line: string): void;
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
  // Loaded only where it is shown, to keep start-up short.
  const ora = !quiet && canAnimate(process.stderr) ? (await import('ora')).default : undefined;
  let spinner: Ora | undefined;
  let lastPlain = performance.now();

  function write(stream: NodeJS.WriteStream, line: string): void {
    spinner?.clear();
    stream.write(`${line}\n`);
    spinner?.render();
  }

  function spin(createSpinner: typeof import('ora').default, text: string): void {
    if (spinner === undefined) {
      spinner = createSpinner({
        stream: process.stderr,
        isEnabled: true,
        // We handle Ctrl-C ourselves, and a kill must not leave the cursor hidden.
        discardStdin: false,
        hideCursor: false,
        ...(noColor && { color: false }),
      });
      spinner.start();
      process.stderr.on('resize', stopIfWidthIsLost);
    }
    spinner.text = text;
  }

  function stop(): void {
    process.stderr.off('resize', stopIfWidthIsLost);
    spinner?.stop();
    spinner = undefined;
  }

  /** Runs before the next frame is drawn. */
  function stopIfWidthIsLost(): void {
    if (!canAnimate(process.stderr)) stop();
  }

  return {
    out,
    err,
    result: (line) => write(process.stdout, line),
    notice: (line) => {
      if (!quiet) write(process.stderr, line);
    },
    warning: (line) => write(process.stderr, line),
    error: (line) => write(process.stderr, `${err.red('imgpipe:')} ${line}`),
    progress: (text) => {
      if (ora !== undefined && canAnimate(process.stderr)) return spin(ora, text);
      if (quiet || performance.now() - lastPlain < PLAIN_PROGRESS_MS) return;
      lastPlain = performance.now();
      write(process.stderr, text);
    },
    close: stop,
  };
}

/**
 * Whether a line can be animated there. A terminal of unknown width, such as that of `script` or `ssh -tt` without one,
 * reports 0 columns: no number of lines of that width holds a text. The logs of CI keep each frame.
 */
function canAnimate({ isTTY, columns }: NodeJS.WriteStream): boolean {
  return isTTY === true && columns > 0 && process.env['TERM'] !== 'dumb' && (process.env['CI'] ?? '') === '';
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
