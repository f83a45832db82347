import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { openTestStore } from './buckets.ts';

/** The store on a server that answers as it likes. Time limits are short. */
export async function storeOn(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  { maxMs = 8000 } = {},
) {
  const server = createServer((request, response) => {
    request.resume().once('end', () => answer(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = { bucket: 'bucket', prefix: 'p', endpoint, region: 'us-east-1', pathStyle: true };
  const limits = { silentMs: 300, maxMs };
  const { store, requests } = await openTestStore(connection, { pipelineId: 'id', maxBytes: 100_000, limits });
  onTestFinished(() => {
    requests.close();
    server.closeAllConnections();
    server.close();
  });
  return { store, connection };
}

/** An answer of S3 in XML. */
export function xml(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'application/xml' }).end(`<?xml version="1.0"?>${text}`);
}

/** Writes pieces until the client has enough. */
export function endless(response: ServerResponse, piece = 'x'.repeat(64 * 1024)): void {
  const more = () => {
    while (!response.destroyed && response.write(piece));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}
