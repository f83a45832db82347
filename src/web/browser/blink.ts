/** Alternates two pictures, twice a second: slower than the three flashes that may harm. */
export const BLINK_MS = 500;

export interface Blink {
  shown(): 'reference' | 'image';
  /** Runs only while the mode of comparing is this one. */
  set(active: boolean): void;
}

/** With less motion wished for it stands still until it is told to go on. */
export function createBlink(play: HTMLElement | null, step: HTMLElement | null, onChange: () => void): Blink {
  let shown: 'reference' | 'image' = 'image';
  let playing = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  let active = false;
  let timer: ReturnType<typeof setInterval> | undefined;

  function turn(): void {
    shown = shown === 'image' ? 'reference' : 'image';
    onChange();
  }

  function run(): void {
    clearInterval(timer);
    timer = active && playing ? setInterval(turn, BLINK_MS) : undefined;
    if (play !== null) play.textContent = playing ? 'Pause' : 'Play';
  }

  play?.addEventListener('click', () => {
    playing = !playing;
    run();
  });
  step?.addEventListener('click', () => {
    playing = false;
    run();
    turn();
  });
  run();

  return {
    shown: () => shown,
    set(now) {
      if (now === active) return;
      active = now;
      run();
    },
  };
}
