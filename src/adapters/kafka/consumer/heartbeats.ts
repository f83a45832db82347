import { isMembershipLost } from '../errors.ts';

/** Whether a consumer is still a member of its group, from one join to the next. */
export interface MembershipState {
  /** If the error means that the membership is lost, records it and returns true. */
  recordLost(error: unknown): boolean;
  /** The first error since the last join that meant the loss, or undefined. */
  lostBy(): unknown;
  /** Records that the consumer has joined again. */
  joined(): void;
}

export function createMembershipState(): MembershipState {
  let lost: unknown;
  return {
    recordLost(error) {
      if (!isMembershipLost(error)) return false;
      lost ??= error;
      return true;
    },
    lostBy: () => lost,
    joined() {
      lost = undefined;
    },
  };
}

/** The heartbeats of a member while it handles a batch. */
export interface Heartbeats {
  /** Sends one now. Never rejects. */
  send(): Promise<void>;
  stop(): void;
}

/** Sends heartbeats at an interval until the membership is lost. kafkajs itself sends them only between batches. */
export function startHeartbeats(heartbeat: () => Promise<void>, everyMs: number, state: MembershipState): Heartbeats {
  async function send(): Promise<void> {
    if (state.lostBy() !== undefined) return;
    try {
      await heartbeat();
    } catch (error) {
      // An unreachable broker does not mean that the membership is lost.
      state.recordLost(error);
    }
  }

  const timer = setInterval(() => void send(), everyMs);
  return { send, stop: () => clearInterval(timer) };
}
