import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSqliteCatalog } from '../src/adapters/sqlite/catalog.ts';
import { openDatabase } from '../src/adapters/sqlite/database.ts';
import { kafkaHosts } from '../src/config/broker-address.ts';
import type { Catalog } from '../src/ports/catalog/catalog.ts';
import { stopChildren } from './children.ts';
import { removeAll } from './kafka-admin.ts';
import { startBroker } from './kafka-broker.ts';
import type { BenchOptions } from './options.ts';

/** A pipeline to measure. */
export interface Case {
  /** Its data folder. */
  readonly folder: string;
  readonly broker: string;
  /** The prefix of its topics and consumer groups. */
  readonly prefix: string;
  /** The command-line options that select it. */
  readonly args: readonly string[];
  /** Opens its catalog, which exists by then. */
  openCatalog(): Promise<Catalog>;
}

/** A run of the bench: a temporary folder and a broker. */
export interface Session {
  /** Removed at the end. */
  readonly folder: string;
  /** `embedded`, or `kafka://host:port`. */
  readonly broker: string;
  /** A topic prefix that no other run of the bench uses. */
  newPrefix(): string;
  /** A new pipeline, which does not exist yet, with its own topics. */
  newCase(): Case;
  /** The number of images, or a tenth of it in a quick run. */
  images(count: number): number;
  /** Stops running processes, removes everything that was created, and stops the broker if the bench started it. */
  close(): Promise<void>;
}

/** Creates the folder, and starts a broker for `--broker kafka`. */
export async function createSession(options: Pick<BenchOptions, 'broker' | 'quick'>): Promise<Session> {
  const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-bench-'));
  const run = `bench-${randomBytes(4).toString('hex')}`;
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const own = options.broker === 'kafka' ? await startBrokerIn(folder, removeFolder) : undefined;
  const broker = own?.address ?? options.broker;
  let names = 0;

  function newPrefix(): string {
    names += 1;
    return `${run}-${names}.`;
  }

  function newCase(): Case {
    const prefix = newPrefix();
    const data = path.join(folder, `data-${names}`);
    return {
      folder: data,
      broker,
      prefix,
      args: ['--data', data, '--broker', broker, '--topic-prefix', prefix],
      openCatalog: async () =>
        createSqliteCatalog(await openDatabase(path.join(data, 'imgpipe.db'), { create: false })),
    };
  }

  async function close(): Promise<void> {
    await stopChildren();
    try {
      // Leave nothing behind on a broker that the bench did not start.
      const others = own === undefined ? kafkaHosts(broker) : undefined;
      if (others !== undefined) await removeAll(others, run);
    } finally {
      await own?.stop();
      removeFolder();
    }
  }

  return {
    folder,
    broker,
    newPrefix,
    newCase,
    images: (count) => (options.quick ? Math.ceil(count / 10) : count),
    close,
  };
}

async function startBrokerIn(folder: string, onFailure: () => void) {
  try {
    return await startBroker(path.join(folder, 'broker'));
  } catch (error) {
    onFailure();
    throw error;
  }
}
