import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { ImgpipeError } from '../domain/errors.ts';
import { bracketed, localUrl } from './hosts.ts';

/** A listening server. */
export interface WebServer {
  /** With host and port, as it opens on this machine: `http://127.0.0.1:8080/`. */
  readonly url: string;
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}

/** Where to listen, and what handles requests. */
export interface ServeOptions {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Creates the request handler, once the port is known. */
  readonly createHandler: (port: number) => Promise<(request: Request) => Response | Promise<Response>>;
}

/** Bounds for clients that send slowly, or nothing. */
const HEADERS_MS = 5000;
const REQUEST_MS = 10_000;
const KEEP_ALIVE_MS = 5000;
/** A connection without traffic for this long is closed, also one whose client does not read. */
const IDLE_MS = 30_000;
/** In bytes. */
const MAX_HEADERS = 8192;
const MAX_CONNECTIONS = 2000;

/** Starts a server. Throws `port_unavailable`. */
export async function serve({ host, port, createHandler }: ServeOptions): Promise<WebServer> {
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
  server.setTimeout(IDLE_MS);
  await listen(server, host, port);
  const chosen = (server.address() as AddressInfo).port;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  try {
    fetch = await createHandler(chosen);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: localUrl(host, chosen),
    close,
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      // As many may arrive at once as may be open: a full queue loses connections.
      server.listen({ port, host, backlog: MAX_CONNECTIONS }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    throw new ImgpipeError('port_unavailable', `${bracketed(host)}:${port}: ${reasonFor(cause)}`, { cause });
  }
}

function reasonFor(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'another program uses this port (EADDRINUSE): choose another port';
  if (code === 'EACCES') return 'permission denied (EACCES): choose a port above 1023';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `this machine does not have this address (${code}): choose one of its addresses`;
  return `cannot listen (${code ?? message}): choose another address or port`;
}
