import type { Comparison, Way } from './address.ts';
import { createStage, type Stage } from './stage.ts';
import { type Size, toStage } from './viewport.ts';

/** The one stage of all ways but side by side: the pictures lie upon each other, and the way says what of them is seen. */
export interface Single {
  readonly stage: Stage;
  readonly canvas: HTMLCanvasElement;
  readonly divider: HTMLElement;
  show(state: Comparison, blinkedTo: 'reference' | 'image'): void;
}

const HEADINGS: Record<Exclude<Way, 'side' | 'blink' | 'difference'>, string> = {
  swipe: 'Swipe',
  onion: 'Onion skin',
};

const SCALE_HEADINGS = {
  stored: 'Difference Image',
  absolute: 'Difference, |D|',
  amplified: 'Difference, |D| × k',
  signed: 'Difference, 128 + D × k',
} as const;

export function createSingle(views: HTMLElement, picture: Size, ownTools: HTMLElement | null): Single {
  const heading = made('h2', '');
  const caption = made('figcaption', '');
  // Its fields stand beside the heading, so that the pictures stay where they are from way to way.
  caption.append(heading, ...(ownTools === null ? [] : [ownTools]));
  const element = made('div', 'stage');
  const plane = made('div', 'plane');
  const figure = made('figure', 'view single');
  const layers = new Map<string, HTMLImageElement | HTMLParagraphElement>();
  for (const role of ['reference', 'image', 'difference']) {
    const shown = views
      .querySelector(`[data-role="${role}"] .plane img, [data-role="${role}"] .missing`)
      ?.cloneNode(true);
    if (!(shown instanceof HTMLImageElement || shown instanceof HTMLParagraphElement)) continue;
    layers.set(role, shown);
    plane.append(shown);
  }
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [0, 0];
  canvas.setAttribute('role', 'img');
  plane.append(canvas);
  const boxes = views.querySelector('.boxes')?.cloneNode(true);
  if (boxes !== undefined) plane.append(boxes);
  const divider = made('div', 'divider');
  const names = [made('span', 'side-name left', 'Previous Image'), made('span', 'side-name right', 'Image')];
  element.append(plane, divider, ...names);
  figure.append(caption, element);
  views.append(figure);
  const stage = createStage(element, plane, picture, 'Comparison');

  function show(state: Comparison, blinkedTo: 'reference' | 'image'): void {
    const { way } = state;
    const stored = way === 'difference' && state.scale === 'stored';
    const computed = way === 'difference' && !stored;
    const [reference, image, difference] = ['reference', 'image', 'difference'].map((role) => layers.get(role));
    const over = way === 'swipe' || way === 'onion';
    reference?.toggleAttribute('hidden', !(over || (way === 'blink' && blinkedTo === 'reference')));
    image?.toggleAttribute('hidden', !(over || (way === 'blink' && blinkedTo === 'image')));
    difference?.toggleAttribute('hidden', !stored);
    canvas.hidden = !computed;
    for (const part of [divider, ...names]) part.hidden = way !== 'swipe';
    image?.style.setProperty('opacity', way === 'onion' ? String(state.onion / 100) : '1');
    heading.textContent = headingOf(state, blinkedTo);
    canvas.setAttribute('aria-label', heading.textContent);
    element.setAttribute('aria-label', `${heading.textContent}: arrows pan, Shift and arrows go from pixel to pixel`);
    clip(state, reference, image);
  }

  /** Cuts each picture off at the divider, which stands still while the pictures move under it. */
  function clip(state: Comparison, reference: HTMLElement | undefined, image: HTMLElement | undefined): void {
    const size = stage.size();
    const at = (size.width * state.swipe) / 100;
    divider.style.setProperty('left', `${at}px`);
    const cut = at - toStage(stage.seen(state.view), size, { x: 0, y: 0 }).x;
    const swiping = state.way === 'swipe';
    image?.style.setProperty('clip-path', swiping ? `inset(0 0 0 ${Math.max(0, cut)}px)` : 'none');
    const rest = (reference?.offsetWidth ?? 0) - cut;
    reference?.style.setProperty('clip-path', swiping ? `inset(0 ${Math.max(0, rest)}px 0 0)` : 'none');
  }

  return { stage, canvas, divider, show };
}

function headingOf({ way, scale }: Comparison, blinkedTo: 'reference' | 'image'): string {
  if (way === 'blink') return blinkedTo === 'image' ? 'Image' : 'Previous Image';
  if (way === 'difference') return SCALE_HEADINGS[scale];
  return way === 'side' ? '' : HEADINGS[way];
}

function made(name: string, className: string, text = ''): HTMLElement {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}
