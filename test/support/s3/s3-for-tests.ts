import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { fetchS3Server, type S3Server, startS3Server } from './s3-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL at which test files request the shared server (see `shared-s3.ts`). */
    readonly s3: string;
  }
}

/** The shared server, or why there is none. */
export type SharedS3 =
  | { readonly server: Pick<S3Server, 'port' | 'data'>; readonly whyNone: undefined }
  | { readonly server: undefined; readonly whyNone: string };

/** Provides one server for all test files of a run. It starts when the first of them requests it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<S3Server> | undefined;
  const shared = async (): Promise<SharedS3> => {
    const why = await whyNone();
    if (why !== undefined) return { server: undefined, whyNone: why };
    starting ??= startS3Server();
    const { port, data } = await starting;
    return { server: { port, data }, whyNone: undefined };
  };
  const server = createServer((_, response) => {
    shared().then(
      (value) => response.end(JSON.stringify({ value })),
      (error) => response.end(JSON.stringify({ error: String(error) })),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  project.provide('s3', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.close();
    await (await starting?.catch(() => undefined))?.close();
  };
}

/** Why the server cannot be had here. With CI set that is an error. */
async function whyNone(): Promise<string | undefined> {
  try {
    await fetchS3Server();
    return undefined;
  } catch (error) {
    if (process.env['CI']) throw error;
    return String(error);
  }
}
