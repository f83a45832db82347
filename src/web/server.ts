import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { ImgpipeError } from '../domain/errors.ts';
import { bracketed } from './hosts.ts';

/** A server that listens. */
export interface WebServer {
  /** Its address, as a browser takes it. */
  readonly url: string;
  /** Ends at once: nothing that it does must be finished. */
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Makes what answers the requests, once the port is known. */
  readonly answer: (port: number) => Promise<(request: Request) => Response | Promise<Response>>;
}

/** Who sends slowly, or nothing, does not keep a connection for longer. */
const HEADERS_MS = 5000;
const REQUEST_MS = 10_000;
const KEEP_ALIVE_MS = 5000;
/** Nor who reads nothing of what was sent to him. */
const SILENCE_MS = 30_000;
const MAX_HEADERS = 8192;
const MAX_CONNECTIONS = 2000;

/** Listens, and answers requests. Throws `port_unavailable`. */
export async function serve({ host, port, answer }: ServeOptions): Promise<WebServer> {
  let fetch: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const server = createAdaptorServer({
    fetch: (request) => fetch(request),
    overrideGlobalObjects: false,
    serverOptions: {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: MAX_HEADERS,
    },
  }) as Server;
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(SILENCE_MS);
  await listen(server, host, port);
  const chosen = (server.address() as AddressInfo).port;
  fetch = await answer(chosen);
  return {
    url: `http://${bracketed(host)}:${chosen}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    throw new ImgpipeError('port_unavailable', `${bracketed(host)}:${port}: ${whyNot(cause)}`, { cause });
  }
}

function whyNot(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'another program listens there: choose another port';
  if (code === 'EACCES') return 'this user may not listen there: choose a port above 1023';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return 'this machine has no such address: choose one of its own';
  return `cannot listen there (${code ?? message}): choose another address or port`;
}
