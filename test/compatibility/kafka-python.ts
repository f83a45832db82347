import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** The Kafka client of the reference. */
const PACKAGE = 'kafka-python==3.0.12';
const run = promisify(execFile);

/** A Python with kafka-python, or why there is none. */
export type Interpreter =
  | { readonly python: string; readonly whyNone: undefined }
  | { readonly python: undefined; readonly whyNone: string };

/** Installs kafka-python in a virtual environment below a folder. With CI set, a failure is an error. */
export async function installKafkaPython(folder: string): Promise<Interpreter> {
  const environment = path.join(folder, 'venv');
  const python = path.join(environment, 'bin/python');
  try {
    await run('python3', ['-m', 'venv', environment]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE]);
    return { python, whyNone: undefined };
  } catch (error) {
    if (process.env['CI']) throw error;
    const [reason] = (error as Error).message.split('\n');
    return { python: undefined, whyNone: `${PACKAGE} cannot be installed: ${reason}` };
  }
}
