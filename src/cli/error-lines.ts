import type { Config } from '../config/settings.ts';
import { asImgpipeError, type ImgpipeError } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import type { Terminal } from './terminal.ts';

/** Fields of foreign errors that people search for: Node's, SQLite's and Kafka's. */
const CODE_FIELDS = ['code', 'type', 'errcode'] as const;

const MAX_CAUSES = 20;

/** Prints the error that ended a command, with its stack and causes if `verbose`. Returns its exit status. */
export function printError(terminal: Terminal, { verbose }: Pick<Config, 'verbose'>, thrown: unknown): 1 | 2 | 3 | 4 {
  const error = asImgpipeError(thrown);
  terminal.error([errorLine(error), ...(verbose ? verboseLines(error) : [])].join('\n'));
  return error.exit;
}

/** An error as one line. Text that the message has already escaped stays as it is. */
export function errorLine({ message }: Pick<ImgpipeError, 'message'>): string {
  return escapeText(message).replaceAll('\\\\', '\\');
}

/** For `--verbose`: the error's code and stack, then each cause with its own name, code, message and stack. */
export function verboseLines(error: ImgpipeError): string[] {
  return [`error code: ${error.code}`, ...frames(error), ...causeLines(error)];
}

/** The causes of an error, outermost first, each with its own name, code, message and stack. */
function causeLines(error: Error): string[] {
  return causesOf(error).flatMap((cause) => [`caused by ${named(cause)}`, ...frames(cause)]);
}

/** The causes without their stacks, on one line; empty where there are none. */
export function causeWords(error: Error): string {
  return causesOf(error)
    .map((cause) => ` (caused by ${named(cause)})`)
    .join('');
}

function causesOf(error: Error): unknown[] {
  const causes = new Set<unknown>();
  const queue: unknown[] = below(error);
  for (let next = queue.shift(); next !== undefined && causes.size < MAX_CAUSES; next = queue.shift()) {
    if (causes.has(next) || next === error) continue;
    causes.add(next);
    queue.push(...below(next));
  }
  return [...causes];
}

function below(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [];
  const errors = error instanceof AggregateError ? error.errors : [];
  return [error.cause, ...errors].filter((each) => each !== undefined && each !== null);
}

function named(cause: unknown): string {
  if (!(cause instanceof Error)) return escapeText(String(cause));
  const fields = cause as Error & { readonly [Field in (typeof CODE_FIELDS)[number]]?: unknown };
  const codes = CODE_FIELDS.map((field) => fields[field]).filter((code) => ['string', 'number'].includes(typeof code));
  const code = codes.length === 0 ? '' : ` [${escapeText(codes.join(', '))}]`;
  return `${cause.name}${code}: ${errorLine(cause)}`;
}

/** The stack without the message, which may have several lines. */
function frames(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  return (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
}
