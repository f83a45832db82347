/** Between two changes of the picture; below the limit of three flashes a second (WCAG 2.3.1). */
export const BLINK_MS = 500;

export interface Blink {
  shown(): 'reference' | 'image';
  /** Starts or stops with the mode. */
  setActive(active: boolean): void;
}

/** Starts paused if the user prefers reduced motion. */
export function createBlink(play: HTMLElement | null, step: HTMLElement | null, onChange: () => void): Blink {
  let shown: 'reference' | 'image' = 'image';
  let playing = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  let active = false;
  let timer: ReturnType<typeof setInterval> | undefined;

  function swap(): void {
    shown = shown === 'image' ? 'reference' : 'image';
    onChange();
  }

  function run(): void {
    clearInterval(timer);
    timer = active && playing ? setInterval(swap, BLINK_MS) : undefined;
    if (play !== null) play.textContent = playing ? 'Pause' : 'Play';
  }

  play?.addEventListener('click', () => {
    playing = !playing;
    run();
  });
  step?.addEventListener('click', () => {
    playing = false;
    run();
    swap();
  });
  run();

  return {
    shown: () => shown,
    setActive(now) {
      if (now === active) return;
      active = now;
      run();
    },
  };
}
