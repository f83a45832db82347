import { arrivalText, arrived, atMostEvery } from './arrivals.ts';

/** Inserts new alerts at the top of the list. While the user reads further down, a button offers them instead. */

const REFRESH_MS = 1000;
const RECONNECT_MS = 5000;
/** A pointer that moved this recently may be about to click. */
const POINTER_MS = 1500;

const title = document.title;
let state: 'connecting' | 'live' | 'reconnecting' | 'unavailable' = 'connecting';
let lastMoved = 0;
/** Alerts that arrived while the page was in the background, for its title. */
let unseen = 0;

const refresh = atMostEvery(REFRESH_MS, async () => {
  const page = await fetchPage();
  const count = missing(page).length;
  if (count === 0) return;
  if (isInUse()) offer(count);
  else {
    insert(page);
    announce(count);
  }
});

async function fetchPage(): Promise<Document> {
  const response = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' });
  if (!response.ok) throw new Error(`the server responds with ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), 'text/html');
}

function numbers(page: Document): number[] {
  return [...page.querySelectorAll<HTMLElement>('[data-alert]')].map((entry) => Number(entry.dataset['alert']));
}

function missing(page: Document): number[] {
  return arrived(numbers(document), numbers(page));
}

/** Whether an insertion would move what the user reads, has focused or is about to click. */
function isInUse(): boolean {
  const list = document.getElementById('alerts');
  if (list === null) return false;
  const isPointing = list.matches(':hover') && performance.now() - lastMoved < POINTER_MS;
  return isPointing || list.contains(document.activeElement) || list.getBoundingClientRect().top < 0;
}

function offer(count: number): void {
  const button = document.getElementById('fresh');
  if (button === null) return;
  button.textContent = arrivalText(count);
  button.hidden = false;
  announce(count);
}

/** Inserts the new alerts, removes those that left the page, and updates the pager and the range. */
function insert(page: Document): void {
  const list = document.getElementById('alerts');
  const found = page.getElementById('alerts');
  if (list === null || found === null) {
    const main = page.getElementById('main');
    if (main !== null) document.getElementById('main')?.replaceWith(main);
    listen();
    showState(state);
    return;
  }
  const fresh = new Set(missing(page));
  const kept = new Set(numbers(page));
  const entries = [...found.querySelectorAll<HTMLElement>('[data-alert]')];
  const added = entries.filter((entry) => fresh.has(Number(entry.dataset['alert'])));
  for (const entry of added) entry.classList.add('new');
  list.prepend(...added);
  for (const entry of list.querySelectorAll<HTMLElement>('[data-alert]')) {
    if (!kept.has(Number(entry.dataset['alert']))) entry.remove();
  }
  for (const id of ['pager', 'range']) replace(page, id);
  const button = document.getElementById('fresh');
  if (button !== null) button.hidden = true;
}

function replace(page: Document, id: string): void {
  const newer = page.getElementById(id);
  if (newer !== null) document.getElementById(id)?.replaceWith(newer);
}

function announce(count: number): void {
  const line = document.getElementById('announce');
  if (line !== null) {
    // Screen readers do not announce a text that stays the same.
    line.textContent = '';
    setTimeout(() => {
      line.textContent = arrivalText(count);
    }, 100);
  }
  if (!document.hidden) return;
  unseen += count;
  document.title = `(${unseen}) ${title}`;
}

function showState(now: typeof state): void {
  state = now;
  const line = document.getElementById('live');
  if (line === null) return;
  line.dataset['state'] = state;
  line.textContent = state === 'live' ? 'live' : `${state}…`;
}

function connect(url: string): void {
  const events = new EventSource(url);
  events.addEventListener('open', () => showState('live'));
  events.addEventListener('alert', refresh);
  events.addEventListener('reset', () => location.reload());
  events.addEventListener('error', () => {
    // After an HTTP error, such as that of a data folder that is gone, the browser does not reconnect.
    const isClosed = events.readyState === EventSource.CLOSED;
    showState(isClosed ? 'unavailable' : 'reconnecting');
    if (isClosed) setTimeout(() => connect(url), RECONNECT_MS);
  });
}

function listen(): void {
  document.getElementById('fresh')?.addEventListener('click', async () => {
    insert(await fetchPage());
    window.scrollTo({ top: 0 });
    document.querySelector<HTMLElement>('#alerts a')?.focus({ preventScroll: true });
  });
}

const url = document.getElementById('live')?.dataset['live'];
if (url !== undefined) {
  listen();
  connect(url);
  document.addEventListener('pointermove', () => {
    lastMoved = performance.now();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    unseen = 0;
    document.title = title;
  });
}
