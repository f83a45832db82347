/** What caused an error. It decides how a stage reacts. */
export type Blame =
  /** A bad message or picture. It becomes a dead letter or is rejected, and the stage continues. */
  | 'message'
  /** Disk, permissions, store, catalog or broker. The stage retries indefinitely; never a dead letter. */
  | 'transient'
  /** No retry helps. The stage stops. */
  | 'fatal'
  /** The command line, the configuration or the caller is wrong. */
  | 'user'
  /** A bug in imgpipe. */
  | 'bug';

interface CodeFacts {
  readonly blame: Blame;
  /** The exit code of a command that fails with this error. */
  readonly exit: 1 | 2 | 3 | 4;
}

/** Every error code. The reference page is generated from this table. */
export const ERROR_CODES = {
  not_a_picture: { blame: 'message', exit: 1 },
  file_unreadable: { blame: 'message', exit: 1 },
  file_too_big: { blame: 'message', exit: 1 },
  undecodable: { blame: 'message', exit: 1 },
  too_large: { blame: 'message', exit: 1 },
  mask_differs: { blame: 'message', exit: 1 },
  object_missing: { blame: 'message', exit: 1 },
  object_damaged: { blame: 'message', exit: 1 },
  bad_message: { blame: 'message', exit: 1 },
  disk_full: { blame: 'transient', exit: 4 },
  no_permission: { blame: 'transient', exit: 4 },
  store_unavailable: { blame: 'transient', exit: 4 },
  catalog_unavailable: { blame: 'transient', exit: 4 },
  broker_unavailable: { blame: 'transient', exit: 4 },
  catalog_damaged: { blame: 'fatal', exit: 1 },
  catalog_replaced: { blame: 'fatal', exit: 1 },
  catalog_older: { blame: 'user', exit: 1 },
  catalog_newer: { blame: 'fatal', exit: 1 },
  sqlite_too_old: { blame: 'fatal', exit: 1 },
  clean_unfinished: { blame: 'fatal', exit: 1 },
  copy_unfinished: { blame: 'fatal', exit: 1 },
  moved: { blame: 'fatal', exit: 1 },
  object_conflict: { blame: 'fatal', exit: 1 },
  foreign_message: { blame: 'fatal', exit: 1 },
  usage: { blame: 'user', exit: 2 },
  config_invalid: { blame: 'user', exit: 2 },
  threshold_disagrees: { blame: 'user', exit: 2 },
  broker_refused: { blame: 'user', exit: 2 },
  message_too_large: { blame: 'user', exit: 2 },
  bus_differs: { blame: 'user', exit: 2 },
  catalog_copied: { blame: 'user', exit: 2 },
  prefix_in_use: { blame: 'user', exit: 2 },
  target_not_empty: { blame: 'user', exit: 2 },
  port_unavailable: { blame: 'user', exit: 1 },
  not_found: { blame: 'user', exit: 3 },
  closed: { blame: 'user', exit: 1 },
  in_use: { blame: 'user', exit: 1 },
  viewer_failed: { blame: 'user', exit: 1 },
  internal: { blame: 'bug', exit: 1 },
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * The error class of imgpipe. The message names the thing, says what is wrong with it and what to do. `code` is stable;
 * `cause` is the original error.
 */
export class ImgpipeError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ImgpipeError';
    this.code = code;
  }

  get blame(): Blame {
    return ERROR_CODES[this.code].blame;
  }

  get exit(): 1 | 2 | 3 | 4 {
    return ERROR_CODES[this.code].exit;
  }
}

/** Thrown if a stage is stopped while it waits. Work in flight is left for the next start. */
export class Stopped extends Error {
  constructor() {
    super('stopped by its signal');
    this.name = 'Stopped';
  }
}

/** Thrown by a write whose lock has another holder by now, or by work under that lock. The write has changed nothing. */
export class LockLost extends Stopped {}

/** The thrown value as an ImgpipeError. Any other value is a bug: `internal`. */
export function asImgpipeError(thrown: unknown): ImgpipeError {
  if (thrown instanceof ImgpipeError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ImgpipeError('internal', message, { cause: thrown });
}

/** The stack of the error's innermost cause. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? stackOf(error.cause) : (error.stack ?? error.message);
}
