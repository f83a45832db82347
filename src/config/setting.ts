/** One field of the configuration: how it is written in each place, what it takes, and what it is without. */
export interface Setting<T> {
  /** Its name in the configuration file; `IMGPIPE_` and this in capitals is its variable. */
  readonly field: string;
  /** Its flag, as commander reads it; without one it comes from the environment and the file alone. */
  readonly flag?: string;
  readonly help: string;
  readonly fallback: T;
  /** Its value is never printed. */
  readonly secret?: true;
  /** The value, from a flag's or variable's text or from the file's JSON; throws what would do instead. */
  read(value: unknown): T;
}
