import type { Pane } from './pane.ts';
import { type Point, panned, type View, zoomedAt } from './viewport.ts';

/** Pan, zoom and pointing with mouse, touch and keyboard. */

export interface Gestures {
  /** The current view of the pane. */
  visible(): View;
  setView(view: View): void;
  /** Called with the position of the pointer in the pane; undefined once it has left. */
  hover(position: Point | undefined): void;
  /** Moves the cursor by pixels of the picture. */
  step(by: Point): void;
}

/** Wheel events belong to the page for this long after it scrolled. */
const SCROLLING_MS = 250;
/** The fraction of the pane by which an arrow key pans. */
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

/** Reports the gestures on a pane. */
export function listenToGestures(pane: Pane, gestures: Gestures): void {
  listenToWheel(pane, gestures);
  listenToPointers(pane, gestures);
  listenToArrows(pane, gestures);
}

function listenToWheel({ element }: Pane, { visible, setView }: Gestures): void {
  element.addEventListener(
    'wheel',
    (event) => {
      const scrollsPage = event.deltaY > 0 && !element.classList.contains('deep');
      if (!event.ctrlKey && (scrollsPage || performance.now() - scrolledAt < SCROLLING_MS)) {
        scrolledAt = performance.now();
        return;
      }
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 18;
      const factor = Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.002));
      setView(zoomedAt(visible(), sizeOf(element), positionOn(element, event), factor));
    },
    { passive: false },
  );
}

function listenToPointers({ element }: Pane, { visible, setView, hover }: Gestures): void {
  const held = new Map<number, Point>();

  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    held.set(event.pointerId, positionOn(element, event));
    if (event.pointerType !== 'touch') element.setPointerCapture(event.pointerId);
    element.classList.toggle('held', element.classList.contains('deep'));
  });
  element.addEventListener('pointermove', (event) => {
    const position = positionOn(element, event);
    const before = held.get(event.pointerId);
    if (before !== undefined) {
      const others = [...held].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
      const [other] = others;
      if (other !== undefined) setView(pinched(visible(), element, { before, position, other }));
      else if (element.classList.contains('deep')) {
        setView(panned(visible(), { x: position.x - before.x, y: position.y - before.y }));
      }
      held.set(event.pointerId, position);
    }
    hover(position);
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
  // Two fingers zoom the picture, even where one finger scrolls the page.
  const keep = (event: TouchEvent) => {
    if (event.touches.length > 1 && event.cancelable) event.preventDefault();
  };
  element.addEventListener('touchstart', keep, { passive: false });
  element.addEventListener('touchmove', keep, { passive: false });
  // The browser would drag the picture as a file.
  element.addEventListener('dragstart', (event) => event.preventDefault());
}

interface Pinch {
  readonly before: Point;
  readonly position: Point;
  readonly other: Point;
}

/** The view after one of two fingers has moved: the points under both fingers stay under them. */
function pinched(view: View, element: HTMLElement, { before, position, other }: Pinch): View {
  const factor = distance(position, other) / Math.max(1, distance(before, other));
  const middle = { x: (before.x + other.x) / 2, y: (before.y + other.y) / 2 };
  return panned(zoomedAt(view, sizeOf(element), middle, factor), {
    x: (position.x - before.x) / 2,
    y: (position.y - before.y) / 2,
  });
}

function listenToArrows({ element }: Pane, { visible, setView, step }: Gestures): void {
  element.addEventListener('keydown', (event) => {
    const arrow = ARROWS[event.key];
    if (arrow === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (event.shiftKey) return step(arrow);
    const { width, height } = sizeOf(element);
    setView(panned(visible(), { x: -arrow.x * width * PAN_SHARE, y: -arrow.y * height * PAN_SHARE }));
  });
}

function sizeOf(element: HTMLElement) {
  return { width: element.clientWidth, height: element.clientHeight };
}

function positionOn(element: HTMLElement, { clientX, clientY }: MouseEvent): Point {
  const { left, top } = element.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
