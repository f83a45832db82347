import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A shell that a test types into like a user, with Ctrl-C for the foreground job. */
export interface ShellTerminal {
  /** Types lines. Earlier lines should have ended. */
  type(lines: string): void;
  /** Resolves with the exit status once the last lines have ended. Background jobs may continue. */
  ended(): Promise<number>;
  /** Whether a foreground or background job runs. */
  isBusy(): boolean;
  /** Sends SIGINT to all processes of the foreground job, as a terminal does on Ctrl-C. */
  interrupt(): void;
  /** The output so far, stdout and stderr interleaved. */
  output(): string;
  /** Resolves at the next output or the end of a command. */
  news(): Promise<void>;
  /** Kills all jobs. */
  close(): Promise<void>;
}

/** Precedes the exit status of typed lines in the output. */
const MARK = '\u001e';
const MARKS = new RegExp(`${MARK}(\\d+)\\n`, 'g');

export function openShellTerminal(options: { cwd: string; env: Record<string, string> }): ShellTerminal {
  const shell = spawn('bash', ['--noprofile', '--norc', '-s'], { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  let typed = 0;
  let waiting: (() => void)[] = [];
  const wake = () => {
    const woken = waiting;
    waiting = [];
    for (const each of woken) each();
  };
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    wake();
  });
  const closed = new Promise<void>((resolve) => shell.once('close', () => resolve()));
  const ends = () => [...output.matchAll(MARKS)].map(([, status]) => Number(status));
  // Job control: each job gets its own process group, as in a real terminal.
  shell.stdin.write('exec 2>&1; shopt -s expand_aliases; set -m; trap : INT\n');

  /** The shell's children, each the leader of a process group. */
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
      // Without stdin, programs cannot read later lines. In braces, an interrupt cancels the whole input.
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
    output: () => output.replace(MARKS, ''),
    news,
    async close() {
      for (const job of jobs()) signal(job, 'SIGKILL');
      shell.kill('SIGKILL');
      await closed;
    },
  };
}
