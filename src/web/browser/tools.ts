import { type Comparison, MODES } from './address.ts';
import { SCALES } from './difference.ts';
import { zoomText } from './viewport.ts';

/** The controls above the pictures. */
export interface Tools {
  show(state: Comparison, zoom: number): void;
}

/** What the zoom buttons do; `one` is 1:1. */
export type Zoom = 'in' | 'out' | 'fit' | 'one';

interface ToolHandlers {
  change(change: Partial<Comparison>): void;
  zoom(how: Zoom): void;
}

/** Calls the handlers when a control changes. */
export function createTools(section: HTMLElement, { change, zoom }: ToolHandlers): Tools {
  const field = (name: string) => {
    return section.querySelector<HTMLInputElement | HTMLSelectElement>(`[name="${name}"]`) ?? undefined;
  };
  const [swipe, onion, scale, k, regions] = ['swipe', 'onion', 'scale', 'k', 'regions'].map(field);

  section.addEventListener('submit', (event) => event.preventDefault());
  section.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
    const { name, value } = target;
    if (name === 'mode') change({ mode: MODES.find((mode) => mode === value) ?? 'side' });
    if (name === 'swipe') change({ swipe: Number(value) });
    if (name === 'onion') change({ onion: Number(value) });
    if (name === 'scale') change({ scale: SCALES.find((one) => one === value) ?? 'stored' });
    if (name === 'k') change({ k: Number(value) });
    if (target instanceof HTMLInputElement && name === 'regions') change({ regions: target.checked });
  });
  for (const button of section.querySelectorAll<HTMLElement>('[data-zoom]')) {
    button.addEventListener('click', () => {
      const how = button.dataset['zoom'];
      if (how === 'in' || how === 'out' || how === 'fit' || how === 'one') zoom(how);
    });
  }

  return {
    show(state, now) {
      const radio = section.querySelector<HTMLInputElement>(`input[name="mode"][value="${state.mode}"]`);
      if (radio !== null) radio.checked = true;
      set(swipe, String(state.swipe));
      set(onion, String(state.onion));
      set(scale, state.scale);
      set(k, String(state.k));
      if (regions instanceof HTMLInputElement) regions.checked = state.regions;
      for (const part of section.querySelectorAll<HTMLElement>('[data-for]')) {
        part.hidden = part.dataset['for'] !== state.mode;
      }
      const scaled = state.scale === 'amplified' || state.scale === 'signed';
      document.getElementById('k-field')?.toggleAttribute('hidden', !scaled);
      setText('k-is', String(state.k));
      setText('zoomed', zoomText(now));
    },
  };
}

function set(field: HTMLInputElement | HTMLSelectElement | undefined, value: string): void {
  if (field !== undefined && field.value !== value) field.value = value;
}

function setText(id: string, text: string): void {
  const element = document.getElementById(id);
  if (element !== null && element.textContent !== text) element.textContent = text;
}
