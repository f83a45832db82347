import type { Comparison, Mode } from './address.ts';
import { createPane, type Pane } from './pane.ts';
import { type Size, toPane } from './viewport.ts';

/** The pane of all modes except side by side: it overlays the pictures, and shows what the mode needs. */
export interface Single {
  readonly pane: Pane;
  readonly canvas: HTMLCanvasElement;
  readonly divider: HTMLElement;
  show(state: Comparison, blinkPicture: 'reference' | 'image'): void;
}

const HEADINGS: Record<Exclude<Mode, 'side' | 'blink' | 'difference'>, string> = {
  swipe: 'Swipe',
  onion: 'Onion skin',
};

const SCALE_HEADINGS = {
  stored: 'Difference Image',
  absolute: 'Difference, |D|',
  amplified: 'Difference, |D| × k',
  signed: 'Difference, 128 + D × k',
} as const;

/** Adds the pane, hidden in side by side, to the views. */
export function createSingle(views: HTMLElement, picture: Size, modeTools: HTMLElement | null): Single {
  const heading = createElement('h2', '');
  const caption = createElement('figcaption', '');
  // The controls are beside the heading, so that pictures do not move when the mode changes.
  caption.append(heading, ...(modeTools === null ? [] : [modeTools]));
  const element = createElement('div', 'pane');
  const plane = createElement('div', 'plane');
  const figure = createElement('figure', 'view single');
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
  const divider = createElement('div', 'divider');
  const names = [
    createElement('span', 'side-name left', 'Previous Image'),
    createElement('span', 'side-name right', 'Image'),
  ];
  element.append(plane, divider, ...names);
  figure.append(caption, element);
  views.append(figure);
  const pane = createPane(element, plane, picture, 'Comparison');

  function show(state: Comparison, blinkPicture: 'reference' | 'image'): void {
    const { mode } = state;
    const stored = mode === 'difference' && state.scale === 'stored';
    const computed = mode === 'difference' && !stored;
    const [reference, image, difference] = ['reference', 'image', 'difference'].map((role) => layers.get(role));
    const over = mode === 'swipe' || mode === 'onion';
    reference?.toggleAttribute('hidden', !(over || (mode === 'blink' && blinkPicture === 'reference')));
    image?.toggleAttribute('hidden', !(over || (mode === 'blink' && blinkPicture === 'image')));
    difference?.toggleAttribute('hidden', !stored);
    canvas.hidden = !computed;
    for (const part of [divider, ...names]) part.hidden = mode !== 'swipe';
    image?.style.setProperty('opacity', mode === 'onion' ? String(state.onion / 100) : '1');
    heading.textContent = headingOf(state, blinkPicture);
    canvas.setAttribute('aria-label', heading.textContent);
    element.setAttribute(
      'aria-label',
      `${heading.textContent}: arrow keys pan, Shift and arrow keys move by one pixel`,
    );
    clip(state, reference, image);
  }

  /** Clips each picture at the divider, whose position does not depend on pan and zoom. */
  function clip(state: Comparison, reference: HTMLElement | undefined, image: HTMLElement | undefined): void {
    const size = pane.size();
    const at = (size.width * state.swipe) / 100;
    divider.style.setProperty('left', `${at}px`);
    const edge = at - toPane(pane.visible(state.view), size, { x: 0, y: 0 }).x;
    const swiping = state.mode === 'swipe';
    image?.style.setProperty('clip-path', swiping ? `inset(0 0 0 ${Math.max(0, edge)}px)` : 'none');
    const rest = (reference?.offsetWidth ?? 0) - edge;
    reference?.style.setProperty('clip-path', swiping ? `inset(0 ${Math.max(0, rest)}px 0 0)` : 'none');
  }

  return { pane, canvas, divider, show };
}

function headingOf({ mode, scale }: Comparison, blinkPicture: 'reference' | 'image'): string {
  if (mode === 'blink') return blinkPicture === 'image' ? 'Image' : 'Previous Image';
  if (mode === 'difference') return SCALE_HEADINGS[scale];
  return mode === 'side' ? '' : HEADINGS[mode];
}

function createElement(name: string, className: string, text = ''): HTMLElement {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}
