import { closeSync, constants, type FSWatcher, openSync, watch, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FILE_MODE } from '../../base/file-modes.ts';

/** How long it can take to notice a change that the watcher missed. */
const POLL_MS = 250;

/** Wakes the consumers of a topic in other processes, through a small file that is written and watched. */
export interface Doorbell {
  /**
   * Notifies at the end of this turn of the event loop, so that what the caller writes next, such as the positions of
   * the messages, is committed before a consumer wakes up and needs the catalog.
   */
  notify(): void;
  close(): void;
}

export function createDoorbell(file: string): Doorbell {
  let descriptor: number | undefined;
  let pending: NodeJS.Immediate | undefined;

  function touch(): void {
    pending = undefined;
    try {
      descriptor ??= openSync(file, constants.O_RDWR | constants.O_CREAT, FILE_MODE);
      writeSync(descriptor, '!', 0);
    } catch {
      // Consumers poll as well, and find the messages then.
    }
  }

  return {
    notify() {
      pending ??= setImmediate(touch);
    },
    close() {
      if (pending !== undefined) {
        clearImmediate(pending);
        touch();
      }
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

/** Waits for the notifications of a doorbell. */
export interface Listener {
  /** Resolves at the next notification, at once if there was one since the last wait, and at the latest after `POLL_MS`. */
  wait(signal: AbortSignal): Promise<void>;
  close(): void;
}

export function listenTo(file: string): Listener {
  let notified = false;
  let wake: (() => void) | undefined;
  let watcher: FSWatcher | undefined;
  try {
    closeSync(openSync(file, 'a', FILE_MODE));
    watcher = watch(file, { persistent: false }, () => {
      notified = true;
      wake?.();
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // The system may be out of file watches. Polling is enough.
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
