/** Zoom and pan as arithmetic. Lengths of a stage are CSS pixels, those of a picture its own; pixel 0 begins at 0. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What is looked at: the picture's point in the middle of the stage, and how many CSS pixels one of its pixels is wide. */
export interface View {
  readonly centre: Point;
  readonly zoom: number;
}

export const MOST_ZOOM = 64;

/** The zoom at which the whole picture is seen. */
export function fitZoom(stage: Size, picture: Size): number {
  return Math.min(MOST_ZOOM, stage.width / picture.width, stage.height / picture.height);
}

export function fitted(stage: Size, picture: Size): View {
  return { centre: { x: picture.width / 2, y: picture.height / 2 }, zoom: fitZoom(stage, picture) };
}

/** The same view within what makes sense: no smaller than fits or 1:1, and no ground shown that the picture could cover. */
export function settled({ centre, zoom }: View, stage: Size, picture: Size): View {
  const least = Math.min(1, fitZoom(stage, picture));
  const kept = Math.min(MOST_ZOOM, Math.max(least, zoom));
  return {
    zoom: kept,
    centre: {
      x: within(centre.x, stage.width / kept, picture.width),
      y: within(centre.y, stage.height / kept, picture.height),
    },
  };
}

function within(middle: number, seen: number, whole: number): number {
  return seen >= whole ? whole / 2 : Math.min(whole - seen / 2, Math.max(seen / 2, middle));
}

/** The picture's point that is seen at this place of the stage. */
export function toPicture({ centre, zoom }: View, stage: Size, { x, y }: Point): Point {
  return { x: centre.x + (x - stage.width / 2) / zoom, y: centre.y + (y - stage.height / 2) / zoom };
}

/** Where on the stage a point of the picture is seen. */
export function toStage({ centre, zoom }: View, stage: Size, { x, y }: Point): Point {
  return { x: stage.width / 2 + (x - centre.x) * zoom, y: stage.height / 2 + (y - centre.y) * zoom };
}

/** Zooms by a factor; what is at this place of the stage stays there. */
export function zoomedAt(view: View, stage: Size, place: Point, factor: number, least = 0): View {
  const zoom = Math.min(MOST_ZOOM, Math.max(least, view.zoom * factor));
  const held = toPicture(view, stage, place);
  return {
    zoom,
    centre: {
      x: held.x - (place.x - stage.width / 2) / zoom,
      y: held.y - (place.y - stage.height / 2) / zoom,
    },
  };
}

/** Drags the picture by so many pixels of the stage. */
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
