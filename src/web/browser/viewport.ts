/** The arithmetic of zoom and pan. A pane is measured in CSS pixels, a picture in its own; pixel 0 begins at 0. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The picture's point in the centre of the pane, and the CSS pixels per pixel of the picture. */
export interface View {
  readonly centre: Point;
  readonly zoom: number;
}

/** In CSS pixels per pixel of the picture. */
export const MAX_ZOOM = 64;

/** The zoom that fits the whole picture. */
export function fitZoom(pane: Size, picture: Size): number {
  return Math.min(MAX_ZOOM, pane.width / picture.width, pane.height / picture.height);
}

/** The view that shows the whole picture. */
export function fitView(pane: Size, picture: Size): View {
  return { centre: { x: picture.width / 2, y: picture.height / 2 }, zoom: fitZoom(pane, picture) };
}

/** The nearest valid view: no smaller than fit or 1:1, and without a margin where the picture is larger than the pane. */
export function constrained({ centre, zoom }: View, pane: Size, picture: Size): View {
  const min = Math.min(1, fitZoom(pane, picture));
  const limited = Math.min(MAX_ZOOM, Math.max(min, zoom));
  return {
    zoom: limited,
    centre: {
      x: within(centre.x, pane.width / limited, picture.width),
      y: within(centre.y, pane.height / limited, picture.height),
    },
  };
}

function within(middle: number, seen: number, whole: number): number {
  return seen >= whole ? whole / 2 : Math.min(whole - seen / 2, Math.max(seen / 2, middle));
}

/** The picture's point at a position of the pane. */
export function toPicture({ centre, zoom }: View, pane: Size, { x, y }: Point): Point {
  return { x: centre.x + (x - pane.width / 2) / zoom, y: centre.y + (y - pane.height / 2) / zoom };
}

/** The position in the pane of a picture's point. */
export function toPane({ centre, zoom }: View, pane: Size, { x, y }: Point): Point {
  return { x: pane.width / 2 + (x - centre.x) * zoom, y: pane.height / 2 + (y - centre.y) * zoom };
}

/** Zooms by a factor around a position of the pane. */
export function zoomedAt(view: View, pane: Size, position: Point, factor: number, minZoom = 0): View {
  const zoom = Math.min(MAX_ZOOM, Math.max(minZoom, view.zoom * factor));
  const held = toPicture(view, pane, position);
  return {
    zoom,
    centre: {
      x: held.x - (position.x - pane.width / 2) / zoom,
      y: held.y - (position.y - pane.height / 2) / zoom,
    },
  };
}

/** Pans by pixels of the pane. */
export function panned({ centre, zoom }: View, by: Point): View {
  return { zoom, centre: { x: centre.x - by.x / zoom, y: centre.y - by.y / zoom } };
}

/** The next power of two above or below, for the zoom buttons. */
export function nextZoom(zoom: number, direction: 1 | -1): number {
  const power = Math.log2(zoom);
  return 2 ** (direction === 1 ? Math.floor(power + 1 + 1e-6) : Math.ceil(power - 1 - 1e-6));
}

/** `50 %`, `3200 %`. */
export function zoomText(zoom: number): string {
  const percent = zoom * 100;
  return `${percent < 10 ? Number(percent.toPrecision(2)) : Math.round(percent)} %`;
}
