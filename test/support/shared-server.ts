import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that all test files of a run share. */
export interface SharedServerParts<Server> {
  /** Why it cannot be had here; undefined if it can. Rejects if that is an error. */
  readonly whyNone: () => Promise<string | undefined>;
  readonly start: () => Promise<Server>;
  /** What test files learn of it. */
  readonly describe: (server: Server) => object;
}

/** Where test files request the server, and what ends it. */
export interface ProvidedServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Provides a server for all test files. It starts when the first of them requests it. */
export async function provideServer<Server extends { close(): Promise<void> }>({
  whyNone,
  start,
  describe,
}: SharedServerParts<Server>): Promise<ProvidedServer> {
  let starting: Promise<Server> | undefined;
  const shared = async () => {
    const why = await whyNone();
    if (why !== undefined) return { whyNone: why };
    starting ??= start();
    return describe(await starting);
  };
  const provider = createServer((request, response) => {
    const result: Promise<unknown> = request.url === '/why-none' ? whyNone() : shared();
    result.then(
      (value) => response.end(JSON.stringify({ value })),
      (error) => response.end(JSON.stringify({ error: String(error) })),
    );
  });
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
  return {
    url: `http://127.0.0.1:${(provider.address() as AddressInfo).port}`,
    close: async () => {
      provider.close();
      await (await starting?.catch(() => undefined))?.close();
    },
  };
}

/** Requests what `provideServer` provides at this URL, or with `/why-none` why it cannot be had. `name` is for errors. */
export async function requestServer(url: string, name: string): Promise<unknown> {
  const response = await fetch(url);
  const { value, error } = (await response.json()) as { value?: unknown; error?: string };
  if (error !== undefined) throw new Error(`${name} did not start for the tests: ${error}`);
  return value;
}
