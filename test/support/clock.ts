const HOUR_MS = 3_600_000;

/** The environment of a process whose clock is so many hours ahead, or behind if they are negative. */
export function clockAheadBy(hours: number): { readonly NODE_OPTIONS: string } {
  const module = `
    const True = Date;
    globalThis.Date = class Date extends True {
      constructor(...given) {
        super(...(given.length === 0 ? [Date.now()] : given));
      }
      static now() {
        return True.now() + ${hours * HOUR_MS};
      }
    };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(module)}` };
}
