import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { checkJava } from '../../../kafka/java.ts';
import { downloadLibraries } from '../../../kafka/libraries.ts';
import { SetupError } from '../../../kafka/setup-error.ts';
import { type KafkaCluster, startKafka } from './kafka-cluster.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the run's broker is asked for: see `shared-kafka.ts`. */
    readonly kafka: string;
  }
}

/** What is answered: the broker's address, or why there is none. */
export type SharedKafka =
  | { readonly address: string; readonly whyNone: undefined }
  | { readonly address: undefined; readonly whyNone: string };

/** One broker for all test files of the run. It starts when the first of them asks for it; a run of others has none. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<KafkaCluster> | undefined;
  const shared = async (): Promise<SharedKafka> => {
    const why = await whyNone();
    if (why !== undefined) return { address: undefined, whyNone: why };
    starting ??= startKafka();
    return { address: (await starting).address, whyNone: undefined };
  };
  const server = createServer((request, response) => {
    const answer: Promise<unknown> = request.url === '/why-none' ? whyNone() : shared();
    answer.then(
      (value) => response.end(JSON.stringify({ value })),
      (error) => response.end(JSON.stringify({ error: String(error) })),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  project.provide('kafka', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.close();
    await (await starting?.catch(() => undefined))?.close();
  };
}

/** Why no broker can be had here; with CI set that is an error. */
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
