import { closeSync, constants, type FSWatcher, openSync, watch, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a ring that was missed can go unnoticed. */
const POLL_MS = 250;

/** Wakes those who wait for a topic's messages in other processes: a small file that is touched and watched. */
export interface Doorbell {
  /**
   * Rings when this turn of the event loop is over: what its caller writes right after, the messages' places, say, is
   * then written, and whoever is woken does not have to wait for the catalog.
   */
  notify(): void;
  close(): void;
}

export function createDoorbell(file: string): Doorbell {
  let descriptor: number | undefined;
  let due: NodeJS.Immediate | undefined;

  function touch(): void {
    due = undefined;
    try {
      descriptor ??= openSync(file, constants.O_RDWR | constants.O_CREAT);
      writeSync(descriptor, '!', 0);
    } catch {
      // The poll behind the bell finds the messages all the same.
    }
  }

  return {
    notify() {
      due ??= setImmediate(touch);
    },
    close() {
      if (due !== undefined) {
        clearImmediate(due);
        touch();
      }
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

/** Somebody who waits at a doorbell. */
export interface Listener {
  /** Answers at the next ring, at one since the last wait, or after a quarter of a second. */
  wait(signal: AbortSignal): Promise<void>;
  close(): void;
}

export function listenAt(file: string): Listener {
  let notified = false;
  let wake: (() => void) | undefined;
  let watcher: FSWatcher | undefined;
  try {
    closeSync(openSync(file, 'a'));
    watcher = watch(file, { persistent: false }, () => {
      notified = true;
      wake?.();
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // No watch is to be had (the system's limit of them, say): the poll alone will do.
  }
  return {
    async wait(signal) {
      if (!notified && !signal.aborted) {
        const done = new AbortController();
        wake = () => done.abort();
        signal.addEventListener('abort', wake);
        await sleep(POLL_MS, undefined, { signal: done.signal }).catch(() => {});
        signal.removeEventListener('abort', wake);
        wake = undefined;
      }
      notified = false;
    },
    close: () => watcher?.close(),
  };
}
