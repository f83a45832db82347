import { type Comparison, readAddress, writeAddress } from './address.ts';
import { createBlink } from './blink.ts';
import { levelsOf } from './difference.ts';
import { listenToGestures } from './gestures.ts';
import { createPane, type Pane } from './pane.ts';
import { loadPair, type Pair } from './pixels.ts';
import { showReading } from './reading.ts';
import { createSingle } from './single.ts';
import { createTools, type Zoom } from './tools.ts';
import { constrained, fitZoom, nextZoom, type Point, toPicture, type View, zoomedAt } from './viewport.ts';

/** Compares an alert's pictures: one state, drawn whole after each change. */

const ADDRESS_MS = 250;

const section = document.getElementById('compare');
const views = document.getElementById('views');
const line = document.getElementById('reading');
if (section !== null && views !== null && line !== null) compare(section, views, line);

function compare(section: HTMLElement, views: HTMLElement, line: HTMLElement): void {
  const picture = { width: Number(section.dataset['width']), height: Number(section.dataset['height']) };
  const panes: Pane[] = [];
  for (const figure of views.querySelectorAll<HTMLElement>('.view')) {
    const [element, plane] = ['.pane', '.plane'].map((name) => figure.querySelector<HTMLElement>(name));
    if (!element || !plane) continue;
    panes.push(createPane(element, plane, picture, figure.querySelector('h2')?.textContent ?? ''));
  }
  const single = createSingle(views, picture, document.getElementById('mode-tools'));
  panes.push(single.pane);

  let state = allowed(readAddress(location.hash));
  let cursor: Point | undefined;
  /** Whether the cursor is the keyboard's: then it stays when the pointer leaves. */
  let byKeyboard = false;
  let pair: Pair | undefined;
  let loading: Promise<void> | undefined;
  let trouble = '';
  let drawnAs = '';
  let asked = 0;
  let addressTimer: ReturnType<typeof setTimeout> | undefined;

  const tools = createTools(section, { change, zoom });
  const blink = createBlink(document.getElementById('blink-play'), document.getElementById('blink-step'), draw);

  /** A mode that the page does not offer, as a picture is missing, is side by side. */
  function allowed(wish: Comparison): Comparison {
    const radio = section.querySelector<HTMLInputElement>(`input[name="mode"][value="${wish.mode}"]`);
    const scale = section.querySelector(`#scale option[value="${wish.scale}"]`) === null ? 'stored' : wish.scale;
    return { ...wish, scale, mode: radio === null || radio.disabled ? 'side' : wish.mode };
  }

  function change(to: Partial<Comparison>): void {
    state = { ...state, ...to };
    draw();
    clearTimeout(addressTimer);
    addressTimer = setTimeout(keepAddress, ADDRESS_MS);
  }

  function keepAddress(): void {
    const hash = writeAddress(state);
    if (hash !== location.hash) history.replaceState(null, '', `${location.pathname}${location.search}${hash}`);
    const kept = writeAddress({ ...state, view: undefined });
    for (const link of document.querySelectorAll<HTMLAnchorElement>('a[rel="prev"], a[rel="next"]')) link.hash = kept;
  }

  function draw(): void {
    if (asked === 0) asked = requestAnimationFrame(drawNow);
  }

  function drawNow(): void {
    asked = 0;
    views.dataset['mode'] = state.mode;
    views.classList.toggle('no-boxes', !state.regions);
    blink.set(state.mode === 'blink');
    for (const pane of panes) pane.place(state.view);
    if (state.mode !== 'side') single.show(state, blink.shown());
    drawComputed();
    point();
    tools.show(state, front().seen(state.view).zoom);
  }

  /** The differences are computed where they are asked for, and again where the scale is another. */
  function drawComputed(): void {
    const { mode, scale, k } = state;
    if (mode !== 'difference' || scale === 'stored') return;
    load();
    const as = scale === 'absolute' ? scale : `${scale} ${k}`;
    if (pair === undefined || as === drawnAs) return;
    drawnAs = as;
    const { canvas } = single;
    if (canvas.width !== picture.width) [canvas.width, canvas.height] = [picture.width, picture.height];
    pair.draw(canvas, levelsOf(scale, k));
  }

  /** Takes the values of both pictures, once. */
  function load(): void {
    if (loading !== undefined) return;
    const [before, after] = ['reference', 'image'].map(
      (role) => views.querySelector<HTMLImageElement>(`[data-role="${role}"] .plane img`)?.src,
    );
    if (before === undefined || after === undefined) return;
    loading = loadPair(before, after).then(
      (loaded) => {
        pair = loaded;
        draw();
      },
      (error: unknown) => {
        trouble = `The values of the pictures cannot be read: ${error instanceof Error ? error.message : error}`;
        draw();
      },
    );
  }

  /** The pane that is looked at: the one with the focus, else the first that is shown. */
  function front(): Pane {
    const shown = panes.filter((pane) => pane.size().width > 0);
    return shown.find((pane) => pane.element === document.activeElement) ?? shown[0] ?? single.pane;
  }

  function point(): void {
    for (const pane of panes) pane.point(cursor, state.view);
    if (trouble === '') showReading(line, cursor, pair);
    else line.textContent = trouble;
  }

  function look(pane: Pane, wish: View): void {
    const view = constrained(wish, pane.size(), picture);
    const fit = fitZoom(pane.size(), picture);
    change({ view: Math.abs(view.zoom / fit - 1) < 1e-3 ? undefined : view });
  }

  function zoom(how: Zoom): void {
    if (how === 'fit') {
      change({ view: undefined });
      return;
    }
    const pane = front();
    const seen = pane.seen(state.view);
    const to = how === 'one' ? 1 : nextZoom(seen.zoom, how === 'in' ? 1 : -1);
    const { width, height } = pane.size();
    const from = byKeyboard && cursor !== undefined ? { ...seen, centre: cursor } : seen;
    look(pane, zoomedAt(from, { width, height }, { x: width / 2, y: height / 2 }, to / seen.zoom));
  }

  function pixelAt(place: Point, pane: Pane): Point | undefined {
    const { x, y } = toPicture(pane.seen(state.view), pane.size(), place);
    const pixel = { x: Math.floor(x), y: Math.floor(y) };
    return x < 0 || y < 0 || pixel.x >= picture.width || pixel.y >= picture.height ? undefined : pixel;
  }

  function step(pane: Pane, by: Point): void {
    const { centre } = pane.seen(state.view);
    const from = cursor ?? { x: Math.floor(centre.x) - by.x, y: Math.floor(centre.y) - by.y };
    const clamp = (value: number, most: number) => Math.min(most - 1, Math.max(0, value));
    cursor = { x: clamp(from.x + by.x, picture.width), y: clamp(from.y + by.y, picture.height) };
    byKeyboard = true;
    load();
    follow(pane, cursor);
    draw();
  }

  /** Keeps the cursor in sight. */
  function follow(pane: Pane, pixel: Point): void {
    const seen = pane.seen(state.view);
    const { width, height } = pane.size();
    const outX = Math.abs(pixel.x + 0.5 - seen.centre.x) * seen.zoom > width / 2;
    const outY = Math.abs(pixel.y + 0.5 - seen.centre.y) * seen.zoom > height / 2;
    if (outX || outY) look(pane, { ...seen, centre: { x: pixel.x + 0.5, y: pixel.y + 0.5 } });
  }

  for (const pane of panes) {
    listenToGestures(pane, {
      seen: () => pane.seen(state.view),
      look: (view) => look(pane, view),
      hover(place) {
        if (place === undefined && byKeyboard) return;
        byKeyboard = false;
        cursor = place === undefined ? undefined : pixelAt(place, pane);
        load();
        draw();
      },
      step: (by) => step(pane, by),
    });
  }

  single.divider.addEventListener('pointerdown', (event) => {
    event.stopPropagation();
    single.divider.setPointerCapture(event.pointerId);
  });
  single.divider.addEventListener('pointermove', (event) => {
    if (!single.divider.hasPointerCapture(event.pointerId)) return;
    const { left, width } = single.pane.element.getBoundingClientRect();
    const share = ((event.clientX - left) / width) * 100;
    change({ swipe: Math.round(Math.min(100, Math.max(0, share)) * 10) / 10 });
  });

  const sizes = new ResizeObserver(draw);
  for (const pane of panes) sizes.observe(pane.element);
  addEventListener('hashchange', () => {
    state = allowed(readAddress(location.hash));
    draw();
  });
  keepAddress();
  drawNow();
}
