import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface FormulaResult {
  /** Of each round, in milliseconds. */
  readonly ms: readonly number[];
  readonly norm: number;
  /** The digest of the difference image, or of the image if there is none. */
  readonly sha256: string;
}

/** The reference's formula in a long-running Python process, so that start-up is not measured. */
export interface Formula {
  time(request: { reference: string; image: string; out: string; rounds: number }): Promise<FormulaResult>;
  close(): void;
}

const PROGRAM = fileURLToPath(new URL('formula.py', import.meta.url));

/** Starts the process; `undefined` if this Python lacks Pillow or NumPy. */
export function startFormula(python: string): Formula | undefined {
  if (spawnSync(python, ['-c', 'import PIL, numpy']).status !== 0) return undefined;
  const child: ChildProcessWithoutNullStreams = spawn(python, [PROGRAM]);
  child.stderr.pipe(process.stderr);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async time(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the reference’s formula exited early');
      return JSON.parse(value) as FormulaResult;
    },
    close: () => child.stdin.end(),
  };
}
