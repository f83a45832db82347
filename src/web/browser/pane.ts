import { constrained, fitView, type Point, type Size, toPane, type View } from './viewport.ts';

/** An area of the page that shows a part of a picture, or of several overlaid ones. */
export interface Pane {
  readonly element: HTMLElement;
  readonly plane: HTMLElement;
  /** In CSS pixels; 0 × 0 while it is hidden. */
  size(): Size;
  /** The view within the limits of this pane; undefined: the whole picture. */
  visible(view: View | undefined): View;
  /** Shows this view. */
  update(view: View | undefined): void;
  /** Marks a pixel; undefined removes the mark. */
  point(pixel: Point | undefined, view: View | undefined): void;
}

/** The minimum width of the mark around a pixel, in CSS pixels. */
const MIN_MARK = 13;

/** Adds zoom and pan to a pane of the page. */
export function createPane(element: HTMLElement, plane: HTMLElement, picture: Size, label: string): Pane {
  element.classList.add('ready');
  element.style.setProperty('aspect-ratio', `${picture.width} / ${picture.height}`);
  element.tabIndex = 0;
  element.setAttribute('role', 'group');
  element.setAttribute('aria-label', `${label}: arrow keys pan, Shift and arrow keys move by one pixel`);
  const cross = document.createElement('div');
  cross.className = 'cross';
  cross.hidden = true;
  element.append(cross);

  const size = () => ({ width: element.clientWidth, height: element.clientHeight });
  const visible = (view: View | undefined) =>
    view === undefined ? fitView(size(), picture) : constrained(view, size(), picture);

  return {
    element,
    plane,
    size,
    visible,

    update(view) {
      const { width, height } = size();
      if (width === 0 || height === 0) return;
      const now = visible(view);
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
      const now = visible(view);
      const at = toPane(now, size(), { x: pixel.x + 0.5, y: pixel.y + 0.5 });
      const side = Math.max(MIN_MARK, now.zoom + 2);
      cross.style.setProperty('width', `${side}px`);
      cross.style.setProperty('height', `${side}px`);
      cross.style.setProperty('transform', `translate(${at.x - side / 2}px, ${at.y - side / 2}px)`);
    },
  };
}
