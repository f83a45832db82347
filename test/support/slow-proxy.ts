import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A TCP proxy on 127.0.0.1 that delays each piece of data, in both directions. It ends with the test. */
export interface SlowProxy {
  readonly port: number;
  /** Data that arrives from now on is delayed by this, in milliseconds; Infinity is silence. */
  setDelay(milliseconds: number): void;
}

export interface SlowProxyOptions {
  /** The port of 127.0.0.1 that it listens on. */
  readonly port: number;
  /** The port of 127.0.0.1 that it connects to. Looked up for each connection, so that it may be set later. */
  readonly target: () => number;
  readonly delayMs: number;
}

export async function startSlowProxy({ port, target, delayMs }: SlowProxyOptions): Promise<SlowProxy> {
  const sockets = new Set<Socket>();
  let delay = delayMs;

  function forward(from: Socket, to: Socket): void {
    const later = (work: () => void) => {
      if (Number.isFinite(delay)) setTimeout(() => to.destroyed || work(), delay);
    };
    from.on('data', (data) => later(() => to.write(data)));
    from.on('end', () => later(() => to.end()));
    from.on('error', () => to.destroy());
    from.on('close', () => sockets.delete(from));
    from.setNoDelay(true);
    sockets.add(from);
  }

  const server = createServer((client) => {
    const far = connect(target(), '127.0.0.1');
    forward(client, far);
    forward(far, client);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    port,
    setDelay: (milliseconds) => {
      delay = milliseconds;
    },
  };
}
