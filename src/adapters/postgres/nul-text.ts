/**
 * PostgreSQL's text has no NUL, and messages of strangers may have one. It is written as two other characters, and so is the
 * first of these, which hardly any text has.
 */
const ESCAPE = '\u{F0000}';

/** A text that PostgreSQL can store. */
export function withoutNul(text: string): string {
  if (!text.includes('\0') && !text.includes(ESCAPE)) return text;
  return text.replaceAll(ESCAPE, `${ESCAPE}1`).replaceAll('\0', `${ESCAPE}0`);
}

/** The text that `withoutNul` was given. */
export function withNul(text: string): string {
  if (!text.includes(ESCAPE)) return text;
  return text.replaceAll(`${ESCAPE}0`, '\0').replaceAll(`${ESCAPE}1`, ESCAPE);
}
