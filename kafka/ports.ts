import { createServer } from 'node:net';

/** Below the ephemeral ports, so that no outgoing connection takes a server's port while it is down. */
const [FROM, TO] = [15_000, 30_000];

/** The system error code with which listening on this port of 127.0.0.1 fails, or undefined if it works. */
export function portProblem(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
}

/** Finds this many ports of 127.0.0.1 on which nothing listens. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = FROM + Math.floor(Math.random() * (TO - FROM));
    if ((await portProblem(port)) === undefined) found.add(port);
  }
  return [...found];
}
