const EXITS = { SIGINT: 130, SIGTERM: 143 } as const;

/** The first Ctrl-C or SIGTERM asks for an orderly end, the second ends the process at once. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** The exit status of a command that was cut short; undefined while none was asked to end. */
  exit(): 130 | 143 | undefined;
  /** Asks for an orderly end without a signal of the system's. */
  stop(): void;
  close(): void;
}

export function listenForInterrupts(onFirst: (name: keyof typeof EXITS) => void): Interrupt {
  const told = new AbortController();
  let exit: 130 | 143 | undefined;
  const listeners = (Object.keys(EXITS) as (keyof typeof EXITS)[]).map((name) => {
    const listener = () => {
      if (exit !== undefined) process.exit(EXITS[name]);
      exit = EXITS[name];
      onFirst(name);
      told.abort();
    };
    process.on(name, listener);
    return { name, listener };
  });
  return {
    signal: told.signal,
    exit: () => exit,
    stop: () => told.abort(),
    close: () => {
      for (const { name, listener } of listeners) process.off(name, listener);
    },
  };
}
