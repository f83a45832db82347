import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on 127.0.0.1 that can cut uploads. */
export interface CuttingProxy {
  readonly port: number;
  /** Passes on `bytes` more to the server, then breaks that connection, so many times. */
  cutAfter(bytes: number, times: number): void;
  /** How many connections it has broken. */
  cuts(): number;
  close(): Promise<void>;
}

export async function startCuttingProxy(target: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let [limit, left, cut] = [0, 0, 0];

  const server = createServer((client) => {
    const far = connect(target, '127.0.0.1');
    const end = () => {
      client.destroy();
      far.destroy();
    };
    let passed = 0;
    client.on('data', (data) => {
      // Each connection counts anew: it has several requests.
      if (left === 0) passed = 0;
      passed += data.length;
      if (left === 0 || passed <= limit) return void far.write(data);
      left -= 1;
      cut += 1;
      far.write(data.subarray(0, data.length - (passed - limit)), end);
    });
    far.pipe(client);
    for (const socket of [client, far]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter(bytes, times) {
      [limit, left] = [bytes, times];
    },
    cuts: () => cut,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
