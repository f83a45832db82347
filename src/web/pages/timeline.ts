import { html } from 'hono/html';
import { limitOf } from '../../domain/threshold.ts';
import type { Measured } from '../../ports/catalog/browsing.ts';
import { alertUrl } from '../urls.ts';
import type { Html } from './layout.ts';
import { ticksTo, timeTicks } from './scale.ts';
import { amount, figure, OUTCOME_WORDS, timeText } from './words.ts';

/**
 * Coordinates are percentages of the drawing, so that it scales with its width while text and marks keep their size.
 * Marks without a measurement are above and below the measured range.
 */
const [TOP, ZERO, SIZES_AT, DEAD_AT] = [10, 90, 4, 96];
const LEFT = 1;
const RIGHT = 99;

interface Mark {
  readonly point: Measured;
  readonly x: number;
  readonly y: number;
  /** The y of its threshold; undefined if unknown. */
  readonly limit: number | undefined;
}

/** A stream's measurements over time (see `timesOf`), with their thresholds. */
export function timeline(points: readonly Measured[], label: string): Html {
  const ticks = ticksTo(highest(points), 4);
  const height = (value: number) => round(ZERO - ((ZERO - TOP) * value) / (ticks.at(-1) || 1));
  const [times, across] = timeAxis(points);
  const marks = points.map((point, index): Mark => {
    const limit = knownLimit(point);
    return {
      point,
      x: across(index),
      y: heightOf(point, height),
      limit: limit === undefined ? undefined : height(limit),
    };
  });
  return html`<svg class="chart" role="group" aria-label="${label}">
<defs><circle id="mark-unchanged" r="2.5"/><circle id="mark-changed" r="4.5"/><path id="mark-size_changed" d="M0-6 6 0 0 6-6 0Z"/><circle id="mark-first" r="3.5"/><path id="mark-dead" d="M-4-4 4 4M4-4-4 4"/></defs>
<g aria-hidden="true">${ticks.map((tick) => html`<line class="grid" x1="0" x2="100%" y1="${height(tick)}%" y2="${height(tick)}%"/><text class="y" x="-8" y="${height(tick)}%" dy=".35em">${figure(tick)}</text>`)}
${times.map(({ x, label: text }, index) => html`<g${index % 2 === 1 ? html` class="odd"` : ''}><line class="grid" x1="${x}%" x2="${x}%" y1="${TOP}%" y2="${ZERO}%"/><text class="x" x="${x}%" y="100%" dy="1.3em">${text}</text></g>`)}
${joined(marks)}${limitSteps(marks)}</g>
${inLayers(marks)}</svg>`;
}

/** In z-order: the hit areas of alerts, other marks, alerts. So a click on a mark always hits that mark. */
function inLayers(marks: readonly Mark[]): Html[] {
  const alerts = marks.filter(({ point }) => point.alert !== null);
  return [...alerts.map(hitArea), ...marks.filter(({ point }) => point.alert === null).map(mark), ...alerts.map(mark)];
}

function highest(points: readonly Measured[]): number {
  return Math.max(0, ...points.flatMap((point) => [point.measurement ?? 0, knownLimit(point) ?? 0]));
}

/** A threshold in the technique's own unit; undefined for a percentage of a picture of unknown size. */
function knownLimit({ threshold, size }: Measured): number | undefined {
  if (threshold.unit !== '%') return threshold.value;
  return size === null ? undefined : limitOf(threshold, size);
}

function heightOf({ kind, measurement }: Measured, height: (value: number) => number): number {
  if (kind === 'size_changed') return SIZES_AT;
  return kind === 'dead' ? DEAD_AT : height(measurement ?? 0);
}

/**
 * The time of each image: that of its capture if it is known of all and ascends, or else that of its receipt. Images that were
 * received together, such as those of a folder, have hardly any other.
 */
export function timesOf(points: readonly Measured[]): string[] {
  const captured = points.flatMap(({ capturedAt }) => capturedAt ?? []);
  const ascends = captured.every((time, index) => index === 0 || (captured[index - 1] ?? '') <= time);
  return captured.length === points.length && ascends ? captured : points.map(({ receivedAt }) => receivedAt);
}

/** The x of each image; equidistant if all have the same time. */
function timeAxis(points: readonly Measured[]) {
  const at = timesOf(points).map((time) => Date.parse(time));
  const [first, last] = [Math.min(...at), Math.max(...at)];
  const span = last - first;
  const xAt = (share: number) => round(LEFT + (RIGHT - LEFT) * share);
  const across = (index: number) =>
    xAt(span > 0 ? ((at[index] ?? first) - first) / span : (index + 0.5) / points.length);
  const ticks = span > 0 ? timeTicks(first, last, 6) : [];
  return [ticks.map((tick) => ({ x: xAt((tick.at - first) / span), label: tick.label })), across] as const;
}

/** Lines between consecutive measurements. */
function joined(marks: readonly Mark[]): Html[] {
  const measured = marks.filter(({ point }) => point.measurement !== null);
  return measured.slice(1).flatMap((to, index) => {
    const from = measured[index];
    return from === undefined ? [] : [line('series', from.x, from.y, to.x, to.y)];
  });
}

/** The threshold as a step function, with gaps where it is unknown. */
function limitSteps(marks: readonly Mark[]): Html[] {
  const levels: { from: number; to: number; limit: number | undefined }[] = [];
  for (const { x, limit } of marks) {
    const last = levels.at(-1);
    if (last !== undefined && last.limit === limit) continue;
    if (last !== undefined) last.to = x;
    levels.push({ from: last === undefined ? 0 : x, to: 100, limit });
  }
  return levels.flatMap(({ from, to, limit }, index) => {
    if (limit === undefined) return [];
    const before = levels[index - 1]?.limit;
    const level = line('limit', from, limit, to, limit);
    return before === undefined ? [level] : [line('limit', from, before, from, limit), level];
  });
}

function line(name: string, x1: number, y1: number, x2: number, y2: number): Html {
  return html`<line class="${name}" x1="${x1}%" y1="${y1}%" x2="${x2}%" y2="${y2}%"/>`;
}

/** A hit area large enough for a finger. Keyboards and screen readers use the mark itself. */
function hitArea({ point: { alert }, x, y }: Mark): Html {
  return html`\n<a href="${alertUrl(alert ?? 0)}" tabindex="-1" aria-hidden="true"><circle class="hit" cx="${x}%" cy="${y}%" r="12"/></a>`;
}

function mark({ point, x, y }: Mark): Html {
  const use = html`<use href="#mark-${point.kind}" class="${point.kind}" x="${x}%" y="${y}%"/>`;
  if (point.alert === null) return html`\n<g><title>${pointWords(point)}</title>${use}</g>`;
  const words = `Alert ${point.alert}: ${pointWords(point)}`;
  return html`\n<a href="${alertUrl(point.alert)}" aria-label="${words}"><title>${words}</title>${use}<circle class="ring" cx="${x}%" cy="${y}%" r="12"/></a>`;
}

function pointWords({ number, kind, measurement, threshold, receivedAt, capturedAt }: Measured): string {
  const what = measurement === null ? OUTCOME_WORDS[kind] : `${OUTCOME_WORDS[kind]}, ${amount(measurement, threshold)}`;
  return `image ${number}, ${what}, ${timeText(capturedAt ?? receivedAt)}`;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
