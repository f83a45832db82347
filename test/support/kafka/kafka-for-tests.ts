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
    /** The URL at which test files request the shared broker (see `shared-kafka.ts`). */
    readonly kafka: string;
  }
}

/** The shared broker's address, or why there is none. */
export type SharedKafka =
  | { readonly address: string; readonly whyNone: undefined }
  | { readonly address: undefined; readonly whyNone: string };

/** Provides one broker for all test files of a run. It starts when the first of them requests it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<KafkaCluster> | undefined;
  const shared = async (): Promise<SharedKafka> => {
    const why = await whyNone();
    if (why !== undefined) return { address: undefined, whyNone: why };
    starting ??= startKafka();
    return { address: (await starting).address, whyNone: undefined };
  };
  const server = createServer((request, response) => {
    const result: Promise<unknown> = request.url === '/why-none' ? whyNone() : shared();
    result.then(
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
