import { SCALES, type Scale } from './difference.ts';
import { MAX_ZOOM, type View } from './viewport.ts';

/** The state of a comparison as the fragment of the URL, so that it can be bookmarked and shared. */

export const MODES = ['side', 'swipe', 'onion', 'blink', 'difference'] as const;

export type Mode = (typeof MODES)[number];

/** The state of a comparison. */
export interface Comparison {
  readonly mode: Mode;
  /** The position of the divider in percent of the pane. */
  readonly swipe: number;
  /** The opacity of the image in percent. */
  readonly onion: number;
  readonly scale: Scale;
  readonly k: number;
  readonly regions: boolean;
  /** Undefined: the whole picture. */
  readonly view: View | undefined;
}

/** The state of an empty fragment. */
export const DEFAULTS: Comparison = {
  mode: 'side',
  swipe: 50,
  onion: 50,
  scale: 'stored',
  k: 8,
  regions: true,
  view: undefined,
};

/** Parses a fragment. Missing and invalid parts get their defaults. */
export function readAddress(hash: string): Comparison {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  return {
    mode: MODES.find((mode) => mode === given.get('mode')) ?? DEFAULTS.mode,
    swipe: number(given.get('at'), 0, 100) ?? DEFAULTS.swipe,
    onion: number(given.get('mix'), 0, 100) ?? DEFAULTS.onion,
    scale: SCALES.find((scale) => scale === given.get('scale')) ?? DEFAULTS.scale,
    k: Math.round(number(given.get('k'), 1, 32) ?? DEFAULTS.k),
    regions: given.get('regions') !== 'no',
    view: viewOf(given.get('view')),
  };
}

/** The shortest fragment for a state; empty for the default state. */
export function writeAddress({ mode, swipe, onion, scale, k, regions, view }: Comparison): string {
  const parts = [
    mode === DEFAULTS.mode ? '' : `mode=${mode}`,
    mode !== 'swipe' || swipe === DEFAULTS.swipe ? '' : `at=${swipe}`,
    mode !== 'onion' || onion === DEFAULTS.onion ? '' : `mix=${onion}`,
    mode !== 'difference' || scale === DEFAULTS.scale ? '' : `scale=${scale}`,
    mode !== 'difference' || k === DEFAULTS.k ? '' : `k=${k}`,
    regions ? '' : 'regions=no',
    view === undefined ? '' : `view=${[view.centre.x, view.centre.y, view.zoom].map(short).join(',')}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `#${parts.join('&')}`;
}

function viewOf(text: string | null): View | undefined {
  const parts = text?.split(',') ?? [];
  const [x, y, zoom] = [
    number(parts[0] ?? null, -1e6, 1e6),
    number(parts[1] ?? null, -1e6, 1e6),
    number(parts[2] ?? null, 1e-4, MAX_ZOOM),
  ];
  return x === undefined || y === undefined || zoom === undefined ? undefined : { centre: { x, y }, zoom };
}

function number(text: string | null, min: number, max: number): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

function short(value: number): string {
  return String(Number(value.toFixed(4)));
}
