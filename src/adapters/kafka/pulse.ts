import { isMembershipLost } from './errors.ts';

/** A member's signs of life while it has a batch in hand, and what it hears of its group by them. */
export interface Pulse {
  /** One now; never throws. */
  beat(): Promise<void>;
  /** Notes that the group has gone on without this member, if that is what the error says; the answer is whether it is. */
  tellLost(error: unknown): boolean;
  /** The error by which the group said so; undefined while all is well. */
  lost(): unknown;
  stop(): void;
}

/** kafkajs beats between batches by itself, and during one only when it is asked to. */
export function createPulse(heartbeat: () => Promise<void>, everyMs: number): Pulse {
  let lost: unknown;

  function tellLost(error: unknown): boolean {
    if (!isMembershipLost(error)) return false;
    lost ??= error;
    return true;
  }

  async function beat(): Promise<void> {
    if (lost !== undefined) return;
    try {
      await heartbeat();
    } catch (error) {
      // A broker out of reach says nothing about the group.
      tellLost(error);
    }
  }

  const timer = setInterval(() => void beat(), everyMs);
  return { beat, tellLost, lost: () => lost, stop: () => clearInterval(timer) };
}
