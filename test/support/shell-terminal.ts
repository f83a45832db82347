import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A shell into which a test types as a person would, with Ctrl-C for what runs in front. */
export interface ShellTerminal {
  /** Types lines. What was typed before should have ended. */
  type(lines: string): void;
  /** Answers with the exit status once what was typed last has ended; what it put in the background may go on. */
  ended(): Promise<number>;
  /** Whether something runs in it, in front or in the background. */
  isBusy(): boolean;
  /** Ends what runs in front as the terminal's driver does: all its processes get SIGINT. */
  interrupt(): void;
  /** All that it has shown so far, stdout and stderr as they came. */
  output(): string;
  /** Answers when there is something new to look at: more output, or an end. */
  news(): Promise<void>;
  /** Kills all that runs in it. */
  close(): Promise<void>;
}

/** Goes before the exit status of what was typed. */
const MARK = '\u001e';
const MARKS = new RegExp(`${MARK}(\\d+)\\n`, 'g');

export function openShellTerminal(options: { cwd: string; env: Record<string, string> }): ShellTerminal {
  const shell = spawn('bash', ['--noprofile', '--norc', '-s'], { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
  let shown = '';
  let typed = 0;
  let waiting: (() => void)[] = [];
  const wake = () => {
    const woken = waiting;
    waiting = [];
    for (const each of woken) each();
  };
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    wake();
  });
  const closed = new Promise<void>((resolve) => shell.once('close', () => resolve()));
  const ends = () => [...shown.matchAll(MARKS)].map(([, status]) => Number(status));
  // Each job is a process group of its own, as at a real terminal.
  shell.stdin.write('exec 2>&1; shopt -s expand_aliases; set -m; trap : INT\n');

  /** The shell's children, each of which leads a process group. */
  function jobs(): number[] {
    const { pid } = shell;
    if (pid === undefined || shell.exitCode !== null || shell.signalCode !== null) return [];
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return children.split(' ').filter(Boolean).map(Number);
  }

  function signal(group: number, name: NodeJS.Signals): void {
    try {
      process.kill(-group, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  const news = () => new Promise<void>((resolve) => waiting.push(resolve));
  return {
    type(lines) {
      typed += 1;
      // The programs must not read what is typed after them; a line that is interrupted is given up as a whole.
      shell.stdin.write(`{\n${lines}\n} < /dev/null\nprintf '${MARK}%s\\n' $?\n`);
    },
    async ended() {
      while (ends().length < typed) await news();
      return ends().at(-1) ?? 0;
    },
    isBusy: () => ends().length < typed || jobs().length > 0,
    interrupt: () => {
      for (const job of jobs()) signal(job, 'SIGINT');
    },
    output: () => shown.replace(MARKS, ''),
    news,
    async close() {
      for (const job of jobs()) signal(job, 'SIGKILL');
      shell.kill('SIGKILL');
      await closed;
    },
  };
}
