import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Which of the idle connections to the server the next transaction gets: the one used last, or the one used first, so that they take turns. */
export type PoolOrder = 'newest' | 'oldest';

export interface PoolerOptions {
  /** The port of the server, on 127.0.0.1. */
  readonly target: number;
  /** How many connections to the server there are. */
  readonly size: number;
  readonly order: PoolOrder;
}

/** A connection to the server, shared by the clients: one at a time. */
interface Shared {
  readonly socket: Socket;
  client: Client | undefined;
}

/** A client. What it sends waits until it has a connection. */
interface Client {
  readonly socket: Socket;
  server: Shared | undefined;
  waiting: Buffer[];
}

const SSL_REQUEST = 80_877_103;
const [AUTHENTICATED, IDLE_READY] = [message('R', int32(0)), message('Z', Buffer.from('I'))];
/** A pooler has keys of its own by which queries are cancelled. */
const KEY = message('K', Buffer.concat([int32(7), int32(7)]));

/**
 * A pooler in transaction mode, like PgBouncer, on a free port of 127.0.0.1: a client has a connection to the server from the
 * first message of a transaction until its end. For one user and database. It ends with the test.
 */
export async function startTransactionPooler({ target, size, order }: PoolerOptions): Promise<number> {
  const sockets = new Set<Socket>();
  const idle: Shared[] = [];
  const queue: Client[] = [];
  let opened = 0;

  function serve(): void {
    while (queue.length > 0 && idle.length > 0) {
      const [client, server] = [queue.shift(), order === 'newest' ? idle.pop() : idle.shift()];
      if (client === undefined || server === undefined) return;
      client.server = server;
      server.client = client;
      for (const each of client.waiting.splice(0)) server.socket.write(each);
    }
  }

  function open(begin: Buffer): void {
    opened += 1;
    const server: Shared = { socket: tracked(connect(target, '127.0.0.1')), client: undefined };
    let isReady = false;
    server.socket.write(begin);
    eachMessage(server.socket, (type, whole) => {
      if (isReady) server.client?.socket.write(whole);
      const isIdle = type === 'Z' && whole[5] === IDLE_READY[5];
      if (!isIdle) return;
      isReady = true;
      if (server.client !== undefined) server.client.server = undefined;
      server.client = undefined;
      idle.push(server);
      serve();
    });
  }

  function accept(socket: Socket): void {
    const client: Client = { socket: tracked(socket), server: undefined, waiting: [] };
    eachMessage(
      socket,
      (type, whole) => {
        if (type === 'X') return void socket.end();
        if (client.server !== undefined) return void client.server.socket.write(whole);
        client.waiting.push(whole);
        if (!queue.includes(client)) queue.push(client);
        serve();
      },
      (begin) => {
        while (opened < size) open(begin);
        socket.write(Buffer.concat([AUTHENTICATED, KEY, IDLE_READY]));
      },
    );
  }

  function tracked(socket: Socket): Socket {
    sockets.add(socket);
    return socket.setNoDelay(true).on('error', () => socket.destroy());
  }

  const listener = createServer(accept).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  onTestFinished(() => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  });
  return (listener.address() as AddressInfo).port;
}

/** Calls back for each message that arrives; a client's first one has no type. */
function eachMessage(
  socket: Socket,
  onMessage: (type: string, whole: Buffer) => void,
  onStartup?: (whole: Buffer) => void,
): void {
  let rest = Buffer.alloc(0);
  let begins = onStartup !== undefined;
  socket.on('data', (data) => {
    rest = Buffer.concat([rest, data]);
    for (;;) {
      const head = begins ? 0 : 1;
      if (rest.length < head + 4) return;
      const length = head + rest.readInt32BE(head);
      if (rest.length < length) return;
      const whole = rest.subarray(0, length);
      rest = rest.subarray(length);
      if (!begins) onMessage(String.fromCharCode(whole[0] ?? 0), whole);
      else if (whole.readInt32BE(4) === SSL_REQUEST) socket.write('N');
      else {
        begins = false;
        onStartup?.(whole);
      }
    }
  });
}

function message(type: string, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(content.length + 4), content]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
