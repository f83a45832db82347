/** Keyboard shortcuts. An element lists its keys in `data-key`, separated by spaces. */

const OFF = 'imgpipe.keys-off';

const dialog = document.getElementById('keys');
const on = document.getElementById('keys-on');

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (areDisabled() || isTyping(event)) return;
  if (dialog instanceof HTMLDialogElement && dialog.open) return;
  const target = elementFor(event.key);
  if (target === undefined) return;
  event.preventDefault();
  if (target instanceof HTMLInputElement && !['radio', 'checkbox'].includes(target.type)) {
    target.focus();
    target.select();
  } else target.click();
});

document.getElementById('show-keys')?.addEventListener('click', () => {
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
});

if (on instanceof HTMLInputElement) {
  on.checked = !areDisabled();
  on.addEventListener('change', () => {
    try {
      if (on.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, '1');
    } catch {
      // Without localStorage the shortcuts stay enabled.
    }
  });
}

function areDisabled(): boolean {
  try {
    return localStorage.getItem(OFF) !== null;
  } catch {
    return false;
  }
}

/** Whether the focused field uses the key: a text field, or one that arrow keys change. */
function isTyping({ target, key }: KeyboardEvent): boolean {
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (!(target instanceof HTMLInputElement)) return false;
  if (target.type === 'checkbox') return false;
  return (target.type !== 'radio' && target.type !== 'range') || key.startsWith('Arrow');
}

function elementFor(key: string): HTMLElement | undefined {
  const name = key.length === 1 ? key.toLowerCase() : key;
  return [...document.querySelectorAll<HTMLElement>('[data-key]')].find(
    (element) => element.dataset['key']?.split(' ').includes(name) === true && isVisible(element),
  );
}

function isVisible(element: HTMLElement): boolean {
  return !element.matches(':disabled') && element.getClientRects().length > 0;
}
