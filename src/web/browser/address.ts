import { SCALES, type Scale } from './difference.ts';
import { MOST_ZOOM, type View } from './viewport.ts';

/** How a comparison is looked at, as the part of the address after `#`: it can be kept and sent. */

export const WAYS = ['side', 'swipe', 'onion', 'blink', 'difference'] as const;

export type Way = (typeof WAYS)[number];

export interface Comparison {
  readonly way: Way;
  /** Where the divider is, in per cent of the stage. */
  readonly swipe: number;
  /** The share of the later image, in per cent. */
  readonly onion: number;
  readonly scale: Scale;
  readonly k: number;
  readonly regions: boolean;
  /** Undefined: all of it. */
  readonly view: View | undefined;
}

export const PLAIN: Comparison = {
  way: 'side',
  swipe: 50,
  onion: 50,
  scale: 'stored',
  k: 8,
  regions: true,
  view: undefined,
};

/** What an address says; whatever it does not say, or says wrongly, is as it is at first. */
export function readAddress(hash: string): Comparison {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  return {
    way: WAYS.find((way) => way === given.get('way')) ?? PLAIN.way,
    swipe: number(given.get('at'), 0, 100) ?? PLAIN.swipe,
    onion: number(given.get('mix'), 0, 100) ?? PLAIN.onion,
    scale: SCALES.find((scale) => scale === given.get('scale')) ?? PLAIN.scale,
    k: Math.round(number(given.get('k'), 1, 32) ?? PLAIN.k),
    regions: given.get('regions') !== 'no',
    view: viewOf(given.get('view')),
  };
}

/** The shortest address that says this; the empty string where all is as it is at first. */
export function writeAddress({ way, swipe, onion, scale, k, regions, view }: Comparison): string {
  const said = [
    way === PLAIN.way ? '' : `way=${way}`,
    way !== 'swipe' || swipe === PLAIN.swipe ? '' : `at=${swipe}`,
    way !== 'onion' || onion === PLAIN.onion ? '' : `mix=${onion}`,
    way !== 'difference' || scale === PLAIN.scale ? '' : `scale=${scale}`,
    way !== 'difference' || k === PLAIN.k ? '' : `k=${k}`,
    regions ? '' : 'regions=no',
    view === undefined ? '' : `view=${[view.centre.x, view.centre.y, view.zoom].map(short).join(',')}`,
  ].filter((part) => part !== '');
  return said.length === 0 ? '' : `#${said.join('&')}`;
}

function viewOf(text: string | null): View | undefined {
  const parts = text?.split(',') ?? [];
  const [x, y, zoom] = [
    number(parts[0] ?? null, -1e6, 1e6),
    number(parts[1] ?? null, -1e6, 1e6),
    number(parts[2] ?? null, 1e-4, MOST_ZOOM),
  ];
  return x === undefined || y === undefined || zoom === undefined ? undefined : { centre: { x, y }, zoom };
}

function number(text: string | null, least: number, most: number): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

function short(value: number): string {
  return String(Number(value.toFixed(4)));
}
