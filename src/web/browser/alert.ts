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

/** Compares the pictures of an alert. Each change updates one state, from which the page is redrawn. */

const URL_DELAY_MS = 250;

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

  let state = available(readAddress(location.hash));
  let cursor: Point | undefined;
  /** A cursor that was moved with the keyboard stays when the pointer leaves. */
  let byKeyboard = false;
  let pair: Pair | undefined;
  let loading: Promise<void> | undefined;
  let loadError = '';
  let drawnAs = '';
  let frameRequest = 0;
  let addressTimer: ReturnType<typeof setTimeout> | undefined;

  const tools = createTools(section, { change, zoom });
  const blink = createBlink(document.getElementById('blink-play'), document.getElementById('blink-step'), draw);

  /** Replaces a mode that is unavailable because a picture is missing with side by side. */
  function available(wanted: Comparison): Comparison {
    const radio = section.querySelector<HTMLInputElement>(`input[name="mode"][value="${wanted.mode}"]`);
    const scale = section.querySelector(`#scale option[value="${wanted.scale}"]`) === null ? 'stored' : wanted.scale;
    return { ...wanted, scale, mode: radio === null || radio.disabled ? 'side' : wanted.mode };
  }

  function change(to: Partial<Comparison>): void {
    state = { ...state, ...to };
    draw();
    clearTimeout(addressTimer);
    addressTimer = setTimeout(updateUrl, URL_DELAY_MS);
  }

  function updateUrl(): void {
    const hash = writeAddress(state);
    if (hash !== location.hash) history.replaceState(null, '', `${location.pathname}${location.search}${hash}`);
    const shared = writeAddress({ ...state, view: undefined });
    for (const link of document.querySelectorAll<HTMLAnchorElement>('a[rel="prev"], a[rel="next"]')) link.hash = shared;
  }

  function draw(): void {
    if (frameRequest === 0) frameRequest = requestAnimationFrame(drawNow);
  }

  function drawNow(): void {
    frameRequest = 0;
    views.dataset['mode'] = state.mode;
    views.classList.toggle('no-boxes', !state.regions);
    blink.setActive(state.mode === 'blink');
    for (const pane of panes) pane.update(state.view);
    if (state.mode !== 'side') single.show(state, blink.shown());
    drawComputed();
    point();
    tools.show(state, activePane().visible(state.view).zoom);
  }

  /** Computes the differences when they are shown, and again when the scale changes. */
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

  /** Loads the pixels of both pictures, once. */
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
        loadError = `Cannot read the pixels of the pictures: ${error instanceof Error ? error.message : error}`;
        draw();
      },
    );
  }

  /** The pane with the focus, or else the first visible one. */
  function activePane(): Pane {
    const shown = panes.filter((pane) => pane.size().width > 0);
    return shown.find((pane) => pane.element === document.activeElement) ?? shown[0] ?? single.pane;
  }

  function point(): void {
    for (const pane of panes) pane.point(cursor, state.view);
    if (loadError === '') showReading(line, cursor, pair);
    else line.textContent = loadError;
  }

  function setView(pane: Pane, wanted: View): void {
    const view = constrained(wanted, pane.size(), picture);
    const fit = fitZoom(pane.size(), picture);
    change({ view: Math.abs(view.zoom / fit - 1) < 1e-3 ? undefined : view });
  }

  function zoom(how: Zoom): void {
    if (how === 'fit') {
      change({ view: undefined });
      return;
    }
    const pane = activePane();
    const visible = pane.visible(state.view);
    const to = how === 'one' ? 1 : nextZoom(visible.zoom, how === 'in' ? 1 : -1);
    const { width, height } = pane.size();
    const from = byKeyboard && cursor !== undefined ? { ...visible, centre: cursor } : visible;
    setView(pane, zoomedAt(from, { width, height }, { x: width / 2, y: height / 2 }, to / visible.zoom));
  }

  function pixelAt(position: Point, pane: Pane): Point | undefined {
    const { x, y } = toPicture(pane.visible(state.view), pane.size(), position);
    const pixel = { x: Math.floor(x), y: Math.floor(y) };
    return x < 0 || y < 0 || pixel.x >= picture.width || pixel.y >= picture.height ? undefined : pixel;
  }

  function step(pane: Pane, by: Point): void {
    const { centre } = pane.visible(state.view);
    const from = cursor ?? { x: Math.floor(centre.x) - by.x, y: Math.floor(centre.y) - by.y };
    const clamp = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
    cursor = { x: clamp(from.x + by.x, picture.width), y: clamp(from.y + by.y, picture.height) };
    byKeyboard = true;
    load();
    scrollTo(pane, cursor);
    draw();
  }

  /** Scrolls so that the cursor is visible. */
  function scrollTo(pane: Pane, pixel: Point): void {
    const visible = pane.visible(state.view);
    const { width, height } = pane.size();
    const outX = Math.abs(pixel.x + 0.5 - visible.centre.x) * visible.zoom > width / 2;
    const outY = Math.abs(pixel.y + 0.5 - visible.centre.y) * visible.zoom > height / 2;
    if (outX || outY) setView(pane, { ...visible, centre: { x: pixel.x + 0.5, y: pixel.y + 0.5 } });
  }

  for (const pane of panes) {
    listenToGestures(pane, {
      visible: () => pane.visible(state.view),
      setView: (view) => setView(pane, view),
      hover(position) {
        if (position === undefined && byKeyboard) return;
        byKeyboard = false;
        cursor = position === undefined ? undefined : pixelAt(position, pane);
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
    state = available(readAddress(location.hash));
    draw();
  });
  updateUrl();
  drawNow();
}
