import { constrained, fitView, type Point, type Size, toPane, type View } from './viewport.ts';

/** A window on a picture, or on several that lie upon each other. */
export interface Pane {
  readonly element: HTMLElement;
  readonly plane: HTMLElement;
  /** As large as it is on the page; nothing is 0 × 0 where it is not shown. */
  size(): Size;
  /** What is seen for this wish; undefined: all of it. */
  seen(view: View | undefined): View;
  place(view: View | undefined): void;
  /** Marks a pixel; undefined: none. */
  point(pixel: Point | undefined, view: View | undefined): void;
}

/** The mark around a pixel is at least so wide. */
const MIN_MARK = 13;

/** Makes a pane of the server's, which shows its picture whole, one that can be zoomed. */
export function createPane(element: HTMLElement, plane: HTMLElement, picture: Size, label: string): Pane {
  element.classList.add('ready');
  element.style.setProperty('aspect-ratio', `${picture.width} / ${picture.height}`);
  element.tabIndex = 0;
  element.setAttribute('role', 'group');
  element.setAttribute('aria-label', `${label}: arrows pan, Shift and arrows go from pixel to pixel`);
  const cross = document.createElement('div');
  cross.className = 'cross';
  cross.hidden = true;
  element.append(cross);

  const size = () => ({ width: element.clientWidth, height: element.clientHeight });
  const seen = (view: View | undefined) =>
    view === undefined ? fitView(size(), picture) : constrained(view, size(), picture);

  return {
    element,
    plane,
    size,
    seen,

    place(view) {
      const { width, height } = size();
      if (width === 0 || height === 0) return;
      const now = seen(view);
      const corner = toPane(now, { width, height }, { x: 0, y: 0 });
      const [wide, high] = [picture.width * now.zoom, picture.height * now.zoom];
      plane.style.setProperty('width', `${wide}px`);
      plane.style.setProperty('height', `${high}px`);
      plane.style.setProperty('transform', `translate(${corner.x}px, ${corner.y}px)`);
      element.classList.toggle('large', now.zoom > 1);
      element.classList.toggle('deep', wide > width + 1 || high > height + 1);
    },

    point(pixel, view) {
      cross.hidden = pixel === undefined || size().width === 0;
      if (pixel === undefined || cross.hidden) return;
      const now = seen(view);
      const at = toPane(now, size(), { x: pixel.x + 0.5, y: pixel.y + 0.5 });
      const side = Math.max(MIN_MARK, now.zoom + 2);
      cross.style.setProperty('width', `${side}px`);
      cross.style.setProperty('height', `${side}px`);
      cross.style.setProperty('transform', `translate(${at.x - side / 2}px, ${at.y - side / 2}px)`);
    },
  };
}
