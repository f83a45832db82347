import type { Pane } from './pane.ts';
import { type Point, panned, type View, zoomedAt } from './viewport.ts';

/** What people do to a pane with mouse, fingers and keys, as changes of what is seen. */

export interface Gestures {
  /** What is seen in this pane now. */
  seen(): View;
  look(view: View): void;
  /** The pointer is at this place of the pane; undefined: it has left. */
  hover(place: Point | undefined): void;
  /** Goes by so many pixels of the picture, with the keyboard. */
  step(by: Point): void;
}

/** A wheel that belongs to a scrolling page keeps doing so for this long. */
const SCROLLING_MS = 250;
/** Of a pane's size, for each press of an arrow. */
const PAN_SHARE = 0.1;

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

let scrolledAt = Number.NEGATIVE_INFINITY;
addEventListener('scroll', () => {
  scrolledAt = performance.now();
});

export function listenToGestures(pane: Pane, gestures: Gestures): void {
  listenToWheel(pane, gestures);
  listenToPointers(pane, gestures);
  listenToArrows(pane, gestures);
}

function listenToWheel({ element }: Pane, { seen, look }: Gestures): void {
  element.addEventListener(
    'wheel',
    (event) => {
      const isWhole = event.deltaY > 0 && !element.classList.contains('deep');
      if (!event.ctrlKey && (isWhole || performance.now() - scrolledAt < SCROLLING_MS)) {
        scrolledAt = performance.now();
        return;
      }
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 18;
      const factor = Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.002));
      look(zoomedAt(seen(), sizeOf(element), placeOn(element, event), factor));
    },
    { passive: false },
  );
}

function listenToPointers({ element }: Pane, { seen, look, hover }: Gestures): void {
  const held = new Map<number, Point>();

  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    held.set(event.pointerId, placeOn(element, event));
    if (event.pointerType !== 'touch') element.setPointerCapture(event.pointerId);
    element.classList.toggle('held', element.classList.contains('deep'));
  });
  element.addEventListener('pointermove', (event) => {
    const place = placeOn(element, event);
    const before = held.get(event.pointerId);
    if (before !== undefined) {
      const others = [...held].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
      const [other] = others;
      if (other !== undefined) look(pinched(seen(), element, { before, place, other }));
      else if (element.classList.contains('deep')) {
        look(panned(seen(), { x: place.x - before.x, y: place.y - before.y }));
      }
      held.set(event.pointerId, place);
    }
    hover(place);
  });
  for (const name of ['pointerup', 'pointercancel'] as const) {
    element.addEventListener(name, (event) => {
      held.delete(event.pointerId);
      element.classList.remove('held');
    });
  }
  element.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'touch') held.delete(event.pointerId);
    else hover(undefined);
  });
  // Two fingers are for the picture, also where one scrolls the page.
  const keep = (event: TouchEvent) => {
    if (event.touches.length > 1 && event.cancelable) event.preventDefault();
  };
  element.addEventListener('touchstart', keep, { passive: false });
  element.addEventListener('touchmove', keep, { passive: false });
  // A picture would be dragged away as a file.
  element.addEventListener('dragstart', (event) => event.preventDefault());
}

interface Pinch {
  readonly before: Point;
  readonly place: Point;
  readonly other: Point;
}

/** One finger has moved while the other holds: what was under both stays under both. */
function pinched(view: View, element: HTMLElement, { before, place, other }: Pinch): View {
  const factor = distance(place, other) / Math.max(1, distance(before, other));
  const middle = { x: (before.x + other.x) / 2, y: (before.y + other.y) / 2 };
  return panned(zoomedAt(view, sizeOf(element), middle, factor), {
    x: (place.x - before.x) / 2,
    y: (place.y - before.y) / 2,
  });
}

function listenToArrows({ element }: Pane, { seen, look, step }: Gestures): void {
  element.addEventListener('keydown', (event) => {
    const arrow = ARROWS[event.key];
    if (arrow === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (event.shiftKey) return step(arrow);
    const { width, height } = sizeOf(element);
    look(panned(seen(), { x: -arrow.x * width * PAN_SHARE, y: -arrow.y * height * PAN_SHARE }));
  });
}

function sizeOf(element: HTMLElement) {
  return { width: element.clientWidth, height: element.clientHeight };
}

function placeOn(element: HTMLElement, { clientX, clientY }: MouseEvent): Point {
  const { left, top } = element.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
