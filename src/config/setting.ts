/** One field of the configuration: its name in each source, the values it takes, and its default. */
export interface Setting<T> {
  /** Its name in the configuration file. Its variable is `IMGPIPE_` and this in capitals. */
  readonly field: string;
  /** Its flag, as commander reads it. A setting without one is set in the environment or the file. */
  readonly flag?: string;
  readonly help: string;
  /** What a program gives for it: a kind of value, or one of these words. */
  readonly takes: Kind | readonly string[];
  /** The range of a number, or of a time in milliseconds. */
  readonly limits?: Limits;
  /** The form of a text. */
  readonly pattern?: RegExp;
  /** Words that it also accepts. */
  readonly words?: readonly string[];
  readonly fallback: T;
  /** If true, its value is never printed. */
  readonly secret?: true;
  /** Whether an error may print an invalid value: false if it may contain a secret. */
  readonly isShown?: (value: string) => boolean;
  /** If true, it names a file or a folder. A relative path in the configuration file is relative to that file. */
  readonly isPath?: true;
  /** The value, read from a flag's or variable's text or from JSON. Throws an Error whose message says what is valid. */
  read(value: unknown, context: ReadContext): T;
}

/** The range of a number. */
export interface Limits {
  readonly min: number;
  readonly max?: number;
  /** Integers only. */
  readonly integer?: boolean;
}

/** What a reader receives besides the value. */
export interface ReadContext {
  /** The names of the techniques that a program provides. */
  readonly techniques: readonly string[];
}

/** The types that a program gives, by kind of setting. */
interface Kinds {
  text: string;
  boolean: boolean;
  number: number | string;
  /** `50ms`, `2s`, `1m`, `1h`, or 0. */
  time: string | 0;
  /** In the technique's unit, or `400px` or `0.1%`. */
  threshold: number | string;
}

type Kind = keyof Kinds;

/** The type that a program gives for a setting. */
export type TakenBy<S extends Pick<Setting<unknown>, 'takes'>> = S['takes'] extends Kind
  ? Kinds[S['takes']]
  : S['takes'] extends readonly (infer Word)[]
    ? Word
    : never;
