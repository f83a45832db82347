import type { Standing } from './membership-state.ts';

/** A member's signs of life while it has a batch in hand. */
export interface Pulse extends Pick<Standing, 'tellLost' | 'lost'> {
  /** One now; never throws. */
  beat(): Promise<void>;
  stop(): void;
}

/** kafkajs beats between batches by itself, and during one only when it is asked to. */
export function createPulse(heartbeat: () => Promise<void>, everyMs: number, standing: Standing): Pulse {
  const { tellLost, lost } = standing;

  async function beat(): Promise<void> {
    if (lost() !== undefined) return;
    try {
      await heartbeat();
    } catch (error) {
      // A broker out of reach says nothing about the group.
      tellLost(error);
    }
  }

  const timer = setInterval(() => void beat(), everyMs);
  return { beat, tellLost, lost, stop: () => clearInterval(timer) };
}
