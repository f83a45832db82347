import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '../../domain/messages.ts';
import type { Lock, Locks } from '../../ports/catalog/locks.ts';
import type { Chunk, ConsumeOptions, EventBus, ReceivedMessage } from '../../ports/event-bus.ts';
import type { Row } from '../sql/work.ts';
import type { Database } from './database.ts';
import { createDoorbell, type Doorbell, listenTo } from './doorbell.ts';

const BUS_ID = 'embedded';

/** A topic of the embedded bus has this one partition: Kafka is for scaling out. */
const PARTITION = 0;
/** How many messages one chunk may have. */
const MAX_CHUNK = 256;
/** How many of the newest messages are read. */
const MAX_NEWEST = 16;
/** How often a standby consumer tries to take over. */
const STANDBY_MS = 200;

/** The bus on one machine: its logs are in the catalog's database, and one consumer works for each group and topic. */
export function createEmbeddedBus(db: Database, locks: Locks, owner: string): EventBus {
  const folder = path.join(path.dirname(db.file), 'locks');
  const bellFile = (topic: string) => path.join(folder, `${topic}.bell`);
  const bells = new Map<string, Doorbell>();

  function bell(topic: string): Doorbell {
    const known = bells.get(topic) ?? createDoorbell(bellFile(topic));
    bells.set(topic, known);
    return known;
  }

  function append(topic: string, message: Message): number {
    const next = db.get(
      `INSERT INTO bus_topic VALUES (?, 1)
       ON CONFLICT (topic) DO UPDATE SET next_offset = next_offset + 1 RETURNING next_offset`,
      topic,
    );
    const offset = Number(next?.['next_offset']) - 1;
    db.run(
      'INSERT INTO bus_message VALUES (?, ?, ?, ?, ?, ?)',
      topic,
      offset,
      message.key,
      JSON.stringify(message.headers),
      message.value,
      message.bytes ?? null,
    );
    return offset;
  }

  function nextOffset(topic: string, group: string): number {
    const row = db.get('SELECT next_offset FROM bus_committed WHERE topic = ? AND consumer_group = ?', topic, group);
    return Number(row?.['next_offset'] ?? 0);
  }

  function nextMessages(topic: string, group: string): ReceivedMessage[] {
    return db
      .all(
        'SELECT * FROM bus_message WHERE topic = ? AND "offset" >= ? ORDER BY "offset" LIMIT ?',
        topic,
        nextOffset(topic, group),
        MAX_CHUNK,
      )
      .map((row) => receivedMessage(topic, row));
  }

  /** Waits for the group's lock; undefined if the consumer is stopped, or has drained the topic, first. */
  async function takeOver({ topic, group, signal, drain, onNotice }: ConsumeOptions): Promise<Lock | undefined> {
    let reported: string | undefined;
    while (!signal.aborted) {
      const result = await locks.lock(lockName({ topic, group }), owner);
      if ('lock' in result) return result.lock;
      if (drain && nextMessages(topic, group).length === 0) return undefined;
      if (reported !== result.holder) onNotice?.({ kind: 'standing_by', holder: result.holder });
      reported = result.holder;
      await sleep(STANDBY_MS, undefined, { signal }).catch(() => {});
    }
    return undefined;
  }

  /** Consumes as long as this process holds the group's lock. If the lock is lost, requests it again. */
  async function consume(options: ConsumeOptions): Promise<void> {
    for (;;) {
      const lock = await takeOver(options);
      if (lock === undefined) return;
      try {
        await consumeUnderLock(options, lock.lost);
      } finally {
        await lock.release();
      }
      if (!lock.lost.aborted || options.signal.aborted) return;
      options.onNotice?.({ kind: 'lock_lost', lock: lockName(options) });
    }
  }

  async function consumeUnderLock(
    { topic, group, drain, ...options }: ConsumeOptions,
    lost: AbortSignal,
  ): Promise<void> {
    const signal = AbortSignal.any([options.signal, lost]);
    const listener = listenTo(bellFile(topic));
    try {
      options.onNotice?.({ kind: 'working' });
      while (!signal.aborted) {
        const messages = nextMessages(topic, group);
        if (messages.length > 0) await options.onChunk(chunkOf(topic, group, messages, lost));
        else if (drain) return;
        else await listener.wait(signal);
      }
    } finally {
      listener.close();
    }
  }

  function chunkOf(topic: string, group: string, messages: readonly ReceivedMessage[], lost: AbortSignal): Chunk {
    return {
      messages,
      isCurrent: () => !lost.aborted,
      keepAlive: async () => {},
      commit: (next) =>
        db.write(() => {
          // Without the lock, another consumer owns the messages.
          if (lost.aborted) return;
          db.run(
            `INSERT INTO bus_committed VALUES (?, ?, ?)
             ON CONFLICT (topic, consumer_group) DO UPDATE SET next_offset = max(next_offset, excluded.next_offset)`,
            topic,
            group,
            next,
          );
        }),
    };
  }

  return {
    id: BUS_ID,
    // A catalog and its embedded bus are one file.
    renew: async () => {},
    address: BUS_ID,

    async publish(topic, messages) {
      const offsets = await db.write(() => messages.map((message) => append(topic, message)));
      bell(topic).notify();
      return offsets.map((offset) => ({ bus: BUS_ID, topic, partition: PARTITION, offset }));
    },

    consume,

    committed: async (topic, group) => {
      const row = db.get('SELECT next_offset FROM bus_committed WHERE topic = ? AND consumer_group = ?', topic, group);
      return new Map(row === undefined ? [] : [[PARTITION, Number(row['next_offset'])]]);
    },

    logs: async (topic) => {
      const row = db.get(
        `SELECT t.next_offset, (SELECT min("offset") FROM bus_message m WHERE m.topic = t.topic) AS first,
           (SELECT max("offset") FROM bus_message m WHERE m.topic = t.topic) AS last
         FROM bus_topic t WHERE t.topic = ?`,
        topic,
      );
      if (row === undefined) return [];
      // The log spans only the messages that still exist.
      if (row['first'] === null) {
        return [{ partition: PARTITION, start: Number(row['next_offset']), end: Number(row['next_offset']) }];
      }
      return [{ partition: PARTITION, start: Number(row['first']), end: Number(row['last']) + 1 }];
    },

    nameOf: (topicOrGroup) => topicOrGroup,
    members: async () => [],

    newest: async (topics) =>
      topics.flatMap((topic) =>
        db
          .all('SELECT * FROM bus_message WHERE topic = ? ORDER BY "offset" DESC LIMIT ?', topic, MAX_NEWEST)
          .map((row) => receivedMessage(topic, row)),
      ),

    clear: () =>
      db.write(() => {
        for (const table of ['bus_message', 'bus_committed', 'bus_topic']) db.run(`DELETE FROM ${table}`);
      }),

    close: async () => {
      for (const each of bells.values()) each.close();
    },
  };
}

function lockName({ topic, group }: Pick<ConsumeOptions, 'topic' | 'group'>): string {
  return `consumer-${topic}-${group}`;
}

function receivedMessage(topic: string, row: Row): ReceivedMessage {
  const bytes = row['bytes'];
  return {
    key: String(row['key']),
    headers: JSON.parse(String(row['headers'])) as Record<string, string>,
    value: String(row['value']),
    ...(bytes instanceof Uint8Array && { bytes }),
    position: { bus: BUS_ID, topic, partition: PARTITION, offset: Number(row['offset']) },
  };
}
