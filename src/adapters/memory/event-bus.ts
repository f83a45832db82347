import type { Message } from '../../domain/messages.ts';
import type { Chunk, ConsumeOptions, EventBus, ReceivedMessage } from '../../ports/event-bus.ts';

interface Log {
  readonly messages: Map<number, Message>;
  nextOffset: number;
}

/** State that several buses can share, as if each were in a separate process. */
export interface MemoryBusState {
  /** The id of the cluster. */
  id: string;
  readonly logs: Map<string, Log>;
  /** The next offset of each topic and group. */
  readonly committed: Map<string, { readonly topic: string; readonly group: string; readonly next: number }>;
  /** The active consumer of each topic and group. */
  readonly consumers: Map<string, string>;
  /** Called when a message was published or a consumer ended. */
  readonly waiting: Set<() => void>;
}

export interface MemoryBus extends EventBus {
  readonly faults: {
    /** Deletes messages from the log of a topic; all of them without offsets. */
    loseMessages(topic: string, offsets?: readonly number[]): void;
    /** Deletes every message and commit, as a new cluster with this id does. */
    replaceCluster(id: string): void;
    /** Sets the committed offset of a group, also to an earlier one. */
    resetOffset(topic: string, group: string, next: number): void;
  };
}

export const MEMORY_BUS_ID = 'memory';

/** How many messages one chunk may have. */
const MAX_CHUNK = 256;
/** How many of the newest messages are read. */
const MAX_NEWEST = 16;
/** Every topic has this one partition. */
const PARTITION = 0;

export function newMemoryBusState(): MemoryBusState {
  return { id: MEMORY_BUS_ID, logs: new Map(), committed: new Map(), consumers: new Map(), waiting: new Set() };
}

/** A bus in memory, for tests. One consumer of a group and topic works, the others are on standby. */
export function createMemoryBus(state = newMemoryBusState(), owner = 'a consumer'): MemoryBus {
  const { logs, committed, consumers, waiting } = state;
  let { id } = state;

  function positionAt(topic: string, offset: number) {
    return { bus: id, topic, partition: PARTITION, offset };
  }

  function wakeAll(): void {
    for (const wake of [...waiting]) wake();
  }

  function append(topic: string, message: Message): number {
    const log = logs.get(topic) ?? { messages: new Map(), nextOffset: 0 };
    logs.set(topic, log);
    const offset = log.nextOffset;
    log.messages.set(offset, message);
    log.nextOffset += 1;
    return offset;
  }

  /** The offset that a group consumes next. One above the end belongs to an earlier log: consumption starts at this log's start. */
  function nextOffsetOf(topic: string, group: string): number {
    const next = committed.get(keyOf(topic, group))?.next ?? 0;
    return next > (logs.get(topic)?.nextOffset ?? 0) ? 0 : next;
  }

  function nextMessages(topic: string, group: string): ReceivedMessage[] {
    const log = logs.get(topic);
    const messages: ReceivedMessage[] = [];
    if (log === undefined) return messages;
    const first = nextOffsetOf(topic, group);
    for (let offset = first; offset < log.nextOffset && messages.length < MAX_CHUNK; offset += 1) {
      const message = log.messages.get(offset);
      if (message !== undefined) messages.push({ ...message, position: positionAt(topic, offset) });
    }
    return messages;
  }

  /** True once this consumer is the active one; false if it is stopped, or has drained the topic, first. */
  async function takeOver({ topic, group, signal, drain, onNotice }: ConsumeOptions): Promise<boolean> {
    let reported: string | undefined;
    while (!signal.aborted) {
      const holder = consumers.get(keyOf(topic, group));
      if (holder === undefined) {
        consumers.set(keyOf(topic, group), owner);
        return true;
      }
      if (drain && nextMessages(topic, group).length === 0) return false;
      if (holder !== reported) onNotice?.({ kind: 'standing_by', holder });
      reported = holder;
      await nextChange(waiting, signal);
    }
    return false;
  }

  async function consume(options: ConsumeOptions): Promise<void> {
    const { topic, group, signal, drain } = options;
    if (!(await takeOver(options))) return;
    try {
      options.onNotice?.({ kind: 'working' });
      while (!signal.aborted) {
        const messages = nextMessages(topic, group);
        if (messages.length > 0) await options.onChunk(chunkOf(topic, group, messages));
        else if (drain) return;
        else await nextChange(waiting, signal);
      }
    } finally {
      consumers.delete(keyOf(topic, group));
      wakeAll();
    }
  }

  function chunkOf(topic: string, group: string, messages: readonly ReceivedMessage[]): Chunk {
    return {
      messages,
      isCurrent: () => true,
      keepAlive: async () => {},
      commit: async (nextOffset) => {
        const next = Math.max(nextOffset, nextOffsetOf(topic, group));
        committed.set(keyOf(topic, group), { topic, group, next });
        wakeAll();
      },
    };
  }

  return {
    get id() {
      return id;
    },
    renew: async () => {
      id = state.id;
    },
    address: MEMORY_BUS_ID,

    publish: async (topic, messages) => {
      const positions = messages.map((message) => positionAt(topic, append(topic, message)));
      wakeAll();
      return positions;
    },

    consume,

    committed: async (topic, group) => {
      const commit = committed.get(keyOf(topic, group));
      return new Map(commit === undefined ? [] : [[PARTITION, commit.next]]);
    },

    logs: async (topic) => {
      const log = logs.get(topic);
      if (log === undefined) return [];
      const offsets = [...log.messages.keys()];
      const [start = log.nextOffset, last = log.nextOffset - 1] = [offsets.at(0), offsets.at(-1)];
      return [{ partition: PARTITION, start, end: last + 1 }];
    },

    nameOf: (topicOrGroup) => topicOrGroup,
    members: async () => [],
    newest: async (topics) =>
      topics.flatMap((topic) =>
        [...(logs.get(topic)?.messages ?? [])]
          .slice(-MAX_NEWEST)
          .map(([offset, message]) => ({ ...message, position: positionAt(topic, offset) })),
      ),

    clear: async () => {
      logs.clear();
      committed.clear();
    },

    close: async () => {},

    faults: {
      loseMessages: (topic, offsets) => {
        const messages = logs.get(topic)?.messages;
        for (const offset of offsets ?? [...(messages?.keys() ?? [])]) messages?.delete(offset);
      },
      replaceCluster: (replacement) => {
        state.id = replacement;
        logs.clear();
        committed.clear();
      },
      resetOffset: (topic, group, next) => void committed.set(keyOf(topic, group), { topic, group, next }),
    },
  };
}

function keyOf(topic: string, group: string): string {
  return JSON.stringify([topic, group]);
}

/** Resolves at the next change, or when the signal aborts. */
function nextChange(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      waiting.delete(wake);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    waiting.add(wake);
    signal.addEventListener('abort', wake);
    if (signal.aborted) wake();
  });
}
