import { sha256Of } from '../../base/digest.ts';
import { maskKey } from '../../domain/object-keys.ts';
import type { Observer } from '../../domain/reports.ts';
import type { ReadCapture } from '../../ports/capture.ts';
import type { ImageCatalog } from '../../ports/catalog/images.ts';
import type { Locks } from '../../ports/catalog/locks.ts';
import type { EventBus } from '../../ports/event-bus.ts';
import type { ImageSource } from '../../ports/image-source.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { LockOwner } from '../locks/acquire-lock.ts';
import { whileHeld } from '../locks/held-lock.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import { createIntake, type Intake, type Received } from './intake.ts';
import { receive } from './receive.ts';

export interface ReceiverParts extends LockOwner, Observer {
  readonly stream: string;
  openSource(): Promise<ImageSource>;
  /** The configured mask's bytes; undefined without a mask. */
  readMask(): Promise<Uint8Array | undefined>;
  readonly readCapture: ReadCapture;
}

/** What a receiver works with while the pipeline's lock is held. */
export interface ReceiveSession {
  readonly pipelineId: string;
  readonly catalog: Locks & ImageCatalog;
  readonly store: ObjectStore;
  readonly bus: EventBus;
  readonly reconciler: Pick<Reconciler, 'own'>;
  /** Aborts when the pipeline's lock is lost. */
  readonly lost: AbortSignal;
  readonly signal: AbortSignal;
}

/** The receive stage. Its source outlives the sessions in which its pictures are received. */
export interface Receiver {
  /** Receives until the source ends. The reconciler leaves the stream to it meanwhile. */
  receive(session: ReceiveSession): Promise<Received>;
  close(): void;
}

export function createReceiver(parts: ReceiverParts): Receiver {
  const { openSource, readMask } = parts;
  let intake: Intake | undefined;
  return {
    async receive(session) {
      const bytes = await readMask();
      const mask = bytes === undefined ? null : await storeMask(whileHeld(session.store, session.lost), bytes);
      intake ??= createIntake({ ...parts, source: await openSource(), mask });
      const held = intake;
      return receive({ ...parts, ...session, intake: held });
    },
    close: () => intake?.close(),
  };
}

/** Stores a mask under its digest, which the images that are received with it refer to. Resolves with the digest. */
async function storeMask(store: Pick<ObjectStore, 'put'>, bytes: Uint8Array): Promise<string> {
  const sha256 = sha256Of(bytes);
  await store.put([{ key: maskKey(sha256), bytes, sha256 }]);
  return sha256;
}
