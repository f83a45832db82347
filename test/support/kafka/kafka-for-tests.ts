import type { TestProject } from 'vitest/node';
import { checkJava } from '../../../kafka/java.ts';
import { downloadLibraries } from '../../../kafka/libraries.ts';
import { SetupError } from '../../../kafka/setup-error.ts';
import { provideServer } from '../shared-server.ts';
import { startKafka } from './kafka-cluster.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL at which test files request the shared broker (see `shared-kafka.ts`). */
    readonly kafka: string;
  }
}

/** The shared broker's address, or why there is none. */
export type SharedKafka =
  | { readonly address: string; readonly whyNone: undefined }
  | { readonly address: undefined; readonly whyNone: string };

/** Provides one broker for all test files of a run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const provided = await provideServer({ whyNone, start: startKafka, describe: ({ address }) => ({ address }) });
  project.provide('kafka', provided.url);
  return provided.close;
}

/** Why no broker can be started here. With CI set that is an error. */
async function whyNone(): Promise<string | undefined> {
  try {
    await checkJava();
    await downloadLibraries((line) => process.stderr.write(`${line}\n`));
    return undefined;
  } catch (error) {
    if (!(error instanceof SetupError) || process.env['CI']) throw error;
    return error.message;
  }
}
