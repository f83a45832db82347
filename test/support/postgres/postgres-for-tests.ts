import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { fetchPostgres } from './binaries.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL at which test files request the shared server (see `shared-postgres.ts`). */
    readonly postgres: string;
  }
}

/** The shared server's port, or why there is none. */
export type SharedPostgres =
  | { readonly port: number; readonly whyNone: undefined }
  | { readonly port: undefined; readonly whyNone: string };

/** Provides one server for all test files of a run. It starts when the first of them requests it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<PostgresServer> | undefined;
  const shared = async (): Promise<SharedPostgres> => {
    const why = await whyNone();
    if (why !== undefined) return { port: undefined, whyNone: why };
    starting ??= startPostgres();
    return { port: (await starting).port, whyNone: undefined };
  };
  const server = createServer((_, response) => {
    shared().then(
      (value) => response.end(JSON.stringify({ value })),
      (error) => response.end(JSON.stringify({ error: String(error) })),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  project.provide('postgres', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.close();
    await (await starting?.catch(() => undefined))?.close();
  };
}

/** Why PostgreSQL cannot be had here. With CI set that is an error. */
async function whyNone(): Promise<string | undefined> {
  try {
    await fetchPostgres();
    return undefined;
  } catch (error) {
    if (process.env['CI']) throw error;
    return String(error);
  }
}
