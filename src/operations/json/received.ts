import type { RanJson, ReceivedJson } from '../../domain/json/received.ts';

interface Received {
  readonly images: number;
  readonly numbers: { readonly first: number; readonly last: number } | undefined;
  readonly skipped: number;
  readonly rejected: number;
}

/** The result of `receive`. */
export function receivedJson({ images, numbers, skipped, rejected }: Received): ReceivedJson {
  return { images, first: numbers?.first ?? null, last: numbers?.last ?? null, skipped, rejected };
}

/** The result of `run`. */
export function ranJson(
  ran: Received & { readonly events: number; readonly alerts: number; readonly deadLetters: number },
): RanJson {
  return { ...receivedJson(ran), events: ran.events, alerts: ran.alerts, dead_letters: ran.deadLetters };
}
