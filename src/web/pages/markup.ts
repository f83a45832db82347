import type { html } from 'hono/html';

/** HTML that is escaped already. */
export type Html = ReturnType<typeof html>;

/** A piece of a page: HTML, or text to be escaped; nothing where it is the empty string. */
export type Piece = Html | string | readonly Html[];
