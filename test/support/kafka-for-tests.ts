import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { SetupError } from '../../kafka/setup-error.ts';
import { type KafkaCluster, startKafka } from './kafka-cluster.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the run's broker is asked for, by `shared-kafka.ts`. */
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
  const answer = async (): Promise<SharedKafka> => {
    starting ??= startKafka();
    try {
      return { address: (await starting).address, whyNone: undefined };
    } catch (error) {
      if (!(error instanceof SetupError) || process.env['CI']) throw error;
      return { address: undefined, whyNone: error.message };
    }
  };
  const server = createServer((_, response) => {
    answer().then(
      (shared) => response.end(JSON.stringify(shared)),
      (error) => response.writeHead(500).end(String(error)),
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
