import { ImgpipeError } from '../domain/errors.ts';
import type { Observer } from '../domain/reports.ts';
import { sameThreshold, type Threshold, thresholdText } from '../domain/threshold.ts';
import type { Catalog, Claim } from '../ports/catalog.ts';
import { patiently, pause } from './retry.ts';

/** How often one who stands by asks again. */
const STANDBY_MS = 200;

export interface Claimant extends Pick<Observer, 'onReport'> {
  /** How others are told of it: `imgpipe receive (process 123)`. */
  readonly as: string;
  readonly signal: AbortSignal;
}

/** The right to number and publish a stream's images, waited for while another receiver holds it. */
export async function claimStream(
  catalog: Catalog,
  stream: string,
  { as, signal, onReport }: Claimant,
): Promise<Claim> {
  const stage = 'receive';
  let told: string | undefined;
  for (;;) {
    const answer = await patiently({ stage, signal, ...(onReport && { onReport }) }, () =>
      catalog.claim(streamClaim(stream), as),
    );
    if ('claim' in answer) {
      if (told !== undefined) onReport?.({ kind: 'working', stage });
      return answer.claim;
    }
    if (answer.heldBy !== told) onReport?.({ kind: 'standing_by', stage, holder: answer.heldBy });
    told = answer.heldBy;
    await pause(STANDBY_MS, signal);
  }
}

/** The name under which a stream is claimed. */
export function streamClaim(stream: string): string {
  return `stream-${stream}`;
}

/**
 * Enters a technique's threshold and holds it as long as the claim is held: analyzers that share a technique share its
 * threshold. Throws `threshold_disagrees` where others work with another one.
 */
export async function claimThreshold(
  catalog: Catalog,
  technique: string,
  threshold: Threshold,
  { as, signal }: Claimant,
): Promise<Claim> {
  const name = `technique-${technique}`;
  for (let disagreed = false; ; ) {
    const alone = await catalog.claim(name, as);
    if ('claim' in alone) {
      try {
        await catalog.setThreshold(technique, threshold);
      } finally {
        await alone.claim.release();
      }
    }
    const shared = await catalog.claim(name, as, 'shared');
    if ('claim' in shared) {
      const current = (await catalog.thresholds()).get(technique);
      if (current !== undefined && sameThreshold(current, threshold)) return shared.claim;
      await shared.claim.release();
      // Once may be the trace of an analyzer that has just ended; twice is one at work.
      const others = 'heldBy' in alone ? alone.heldBy : 'another analyzer';
      if (disagreed && current !== undefined) throw disagreement(technique, threshold, current, others);
      disagreed = true;
    }
    await pause(5 + Math.random() * 10, signal);
  }
}

function disagreement(technique: string, wanted: Threshold, at: Threshold, others: string): ImgpipeError {
  const [threshold, current] = [thresholdText(wanted), thresholdText(at)];
  return new ImgpipeError(
    'threshold_disagrees',
    `threshold: ${technique} is at work with ${current} here (${others}), not with ${threshold}: give --threshold ${current}, or stop that one first and start all with --threshold ${threshold}`,
  );
}
