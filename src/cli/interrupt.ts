const EXITS = { SIGINT: 130, SIGTERM: 143 } as const;

/** The first Ctrl-C or SIGTERM requests an orderly stop, the second ends the process at once. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** The exit status of an interrupted command; undefined while there was no signal. */
  exit(): 130 | 143 | undefined;
  /** Requests an orderly stop without a signal of the operating system. */
  stop(): void;
  close(): void;
}

export function listenForInterrupts(onFirst: (name: keyof typeof EXITS) => void): Interrupt {
  const stopping = new AbortController();
  let exit: 130 | 143 | undefined;
  const listeners = (Object.keys(EXITS) as (keyof typeof EXITS)[]).map((name) => {
    const listener = () => {
      if (exit !== undefined) process.exit(EXITS[name]);
      exit = EXITS[name];
      onFirst(name);
      stopping.abort();
    };
    process.on(name, listener);
    return { name, listener };
  });
  return {
    signal: stopping.signal,
    exit: () => exit,
    stop: () => stopping.abort(),
    close: () => {
      for (const { name, listener } of listeners) process.off(name, listener);
    },
  };
}
