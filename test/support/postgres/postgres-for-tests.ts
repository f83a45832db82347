import type { TestProject } from 'vitest/node';
import { provideServer } from '../shared-server.ts';
import { fetchPostgres } from './binaries.ts';
import { startPostgres } from './postgres-server.ts';

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

/** Provides one server for all test files of a run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const provided = await provideServer({ whyNone, start: startPostgres, describe: ({ port }) => ({ port }) });
  project.provide('postgres', provided.url);
  return provided.close;
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
