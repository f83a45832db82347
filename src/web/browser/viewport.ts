/** Zoom and pan as arithmetic. Lengths of a pane are CSS pixels, those of a picture its own; pixel 0 begins at 0. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What is looked at: the picture's point in the middle of the pane, and how many CSS pixels one of its pixels is wide. */
export interface View {
  readonly centre: Point;
  readonly zoom: number;
}

export const MAX_ZOOM = 64;

/** The zoom at which the whole picture is seen. */
export function fitZoom(pane: Size, picture: Size): number {
  return Math.min(MAX_ZOOM, pane.width / picture.width, pane.height / picture.height);
}

export function fitView(pane: Size, picture: Size): View {
  return { centre: { x: picture.width / 2, y: picture.height / 2 }, zoom: fitZoom(pane, picture) };
}

/** The same view within what makes sense: no smaller than fits or 1:1, and no ground shown that the picture could cover. */
export function constrained({ centre, zoom }: View, pane: Size, picture: Size): View {
  const least = Math.min(1, fitZoom(pane, picture));
  const kept = Math.min(MAX_ZOOM, Math.max(least, zoom));
  return {
    zoom: kept,
    centre: {
      x: within(centre.x, pane.width / kept, picture.width),
      y: within(centre.y, pane.height / kept, picture.height),
    },
  };
}

function within(middle: number, seen: number, whole: number): number {
  return seen >= whole ? whole / 2 : Math.min(whole - seen / 2, Math.max(seen / 2, middle));
}

/** The picture's point that is seen at this place of the pane. */
export function toPicture({ centre, zoom }: View, pane: Size, { x, y }: Point): Point {
  return { x: centre.x + (x - pane.width / 2) / zoom, y: centre.y + (y - pane.height / 2) / zoom };
}

/** Where on the pane a point of the picture is seen. */
export function toPane({ centre, zoom }: View, pane: Size, { x, y }: Point): Point {
  return { x: pane.width / 2 + (x - centre.x) * zoom, y: pane.height / 2 + (y - centre.y) * zoom };
}

/** Zooms by a factor; what is at this place of the pane stays there. */
export function zoomedAt(view: View, pane: Size, place: Point, factor: number, least = 0): View {
  const zoom = Math.min(MAX_ZOOM, Math.max(least, view.zoom * factor));
  const held = toPicture(view, pane, place);
  return {
    zoom,
    centre: {
      x: held.x - (place.x - pane.width / 2) / zoom,
      y: held.y - (place.y - pane.height / 2) / zoom,
    },
  };
}

/** Drags the picture by so many pixels of the pane. */
export function panned({ centre, zoom }: View, by: Point): View {
  return { zoom, centre: { x: centre.x - by.x / zoom, y: centre.y - by.y / zoom } };
}

/** The next power of two above or below: what the buttons zoom to. */
export function nextZoom(zoom: number, direction: 1 | -1): number {
  const power = Math.log2(zoom);
  return 2 ** (direction === 1 ? Math.floor(power + 1 + 1e-6) : Math.ceil(power - 1 - 1e-6));
}

/** A zoom to be read: `50 %`, `3200 %`. */
export function zoomWords(zoom: number): string {
  const percent = zoom * 100;
  return `${percent < 10 ? Number(percent.toPrecision(2)) : Math.round(percent)} %`;
}
