import { arrivalWords, arrived, atMostEvery } from './arrivals.ts';

/** New alerts come to the top of the list by themselves, and wait behind a button while a person reads further down. */

const PAUSE_MS = 1000;
const RECONNECT_MS = 5000;
const STILL_MS = 1500;

const title = document.title;
let state: 'connecting' | 'live' | 'reconnecting' = 'connecting';
let lastMoved = 0;
/** How many stand at the top of the list that nobody has looked at, for the title of a page in the background. */
let unseen = 0;

const refresh = atMostEvery(PAUSE_MS, async () => {
  const page = await fetchPage();
  const count = waiting(page).length;
  if (count === 0) return;
  if (isRead()) offer(count);
  else {
    bringIn(page);
    announce(count);
  }
});

async function fetchPage(): Promise<Document> {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' });
  if (!answer.ok) throw new Error(`the page answers ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
}

function numbers(page: Document): number[] {
  return [...page.querySelectorAll<HTMLElement>('[data-alert]')].map((entry) => Number(entry.dataset['alert']));
}

function waiting(page: Document): number[] {
  return arrived(numbers(document), numbers(page));
}

/** Whether new ones at the top would move what somebody reads, has in focus or is about to press. */
function isRead(): boolean {
  const list = document.getElementById('alerts');
  if (list === null) return false;
  const pressing = list.matches(':hover') && performance.now() - lastMoved < STILL_MS;
  return pressing || list.contains(document.activeElement) || list.getBoundingClientRect().top < 0;
}

function offer(count: number): void {
  const button = document.getElementById('fresh');
  if (button === null) return;
  button.textContent = arrivalWords(count);
  button.hidden = false;
  announce(count);
}

/** Puts the new ones at the top, and takes the rest of the page as it is now. */
function bringIn(page: Document): void {
  const list = document.getElementById('alerts');
  const found = page.getElementById('alerts');
  if (list === null || found === null) {
    const main = page.getElementById('main');
    if (main !== null) document.getElementById('main')?.replaceWith(main);
    listen();
    showState(state);
    return;
  }
  const fresh = new Set(waiting(page));
  const kept = new Set(numbers(page));
  const entries = [...found.querySelectorAll<HTMLElement>('[data-alert]')];
  const brought = entries.filter((entry) => fresh.has(Number(entry.dataset['alert'])));
  for (const entry of brought) entry.classList.add('new');
  list.prepend(...brought);
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
    // The same words again would not be told.
    line.textContent = '';
    setTimeout(() => {
      line.textContent = arrivalWords(count);
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
    showState('reconnecting');
    // Where the server answered with an error the browser gives up by itself.
    if (events.readyState === EventSource.CLOSED) setTimeout(() => connect(url), RECONNECT_MS);
  });
}

function listen(): void {
  document.getElementById('fresh')?.addEventListener('click', async () => {
    bringIn(await fetchPage());
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
