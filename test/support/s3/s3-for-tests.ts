import type { TestProject } from 'vitest/node';
import { provideServer } from '../shared-server.ts';
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

/** Provides one server for all test files of a run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const provided = await provideServer({
    whyNone,
    start: startS3Server,
    describe: ({ port, data }) => ({ server: { port, data } }),
  });
  project.provide('s3', provided.url);
  return provided.close;
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
