/** Who is to blame for an error, which decides what is done about it (see `ImgpipeError`). */
export type Blame =
  /** The message or the picture: it becomes a dead letter or is set aside, and the rest goes on. */
  | 'message'
  /** Disk, permissions, store, catalog, broker: wait and try again without end; never a dead letter. */
  | 'transient'
  /** Something that does not heal by itself and that no retry mends: stop. */
  | 'fatal'
  /** The person at the keyboard asked for something that cannot be. */
  | 'user'
  /** Our own mistake. */
  | 'bug';

interface CodeFacts {
  readonly blame: Blame;
  /** The exit status of a command that this error ends. */
  readonly exit: 1 | 2 | 3 | 4;
}

/** Every error code of imgpipe. The README's table of codes is held against this one by a test. */
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
  unknown_row: { blame: 'message', exit: 1 },
  disk_full: { blame: 'transient', exit: 4 },
  no_permission: { blame: 'transient', exit: 4 },
  store_unavailable: { blame: 'transient', exit: 4 },
  catalog_unavailable: { blame: 'transient', exit: 4 },
  broker_unavailable: { blame: 'transient', exit: 4 },
  catalog_damaged: { blame: 'fatal', exit: 1 },
  catalog_newer: { blame: 'fatal', exit: 1 },
  sqlite_too_old: { blame: 'fatal', exit: 1 },
  clean_unfinished: { blame: 'fatal', exit: 1 },
  object_conflict: { blame: 'fatal', exit: 1 },
  foreign_message: { blame: 'fatal', exit: 1 },
  usage: { blame: 'user', exit: 2 },
  config_invalid: { blame: 'user', exit: 2 },
  threshold_disagrees: { blame: 'user', exit: 2 },
  broker_refused: { blame: 'user', exit: 2 },
  bus_differs: { blame: 'user', exit: 2 },
  port_unavailable: { blame: 'user', exit: 1 },
  not_found: { blame: 'user', exit: 3 },
  closed: { blame: 'user', exit: 1 },
  in_use: { blame: 'user', exit: 1 },
  viewer_failed: { blame: 'user', exit: 1 },
  internal: { blame: 'bug', exit: 1 },
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * The one error of imgpipe. Its message is a whole sentence for people: the thing, what is wrong with it and, where
 * somebody can do something, what to do. `code` is stable; `cause` keeps the foreign error.
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

/** Thrown where a stage was told to stop while it waited; what it had in hand stays undone, for the next start. */
export class Stopped extends Error {
  constructor() {
    super('told to stop');
    this.name = 'Stopped';
  }
}

/** Whatever was thrown, as an ImgpipeError; what is not one already is a bug of ours. */
export function asImgpipeError(thrown: unknown): ImgpipeError {
  if (thrown instanceof ImgpipeError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ImgpipeError('internal', message, { cause: thrown });
}

/** The stack that tells most: the cause's where there is one. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? stackOf(error.cause) : (error.stack ?? error.message);
}
