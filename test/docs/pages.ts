import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/imgpipe.ts';

const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

/** What stands below a heading, up to the next one of its level or above. */
export function section(heading: string): string {
  const lines = README.split('\n');
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`the README has no heading ${heading}`);
  const level = heading.indexOf(' ');
  const end = lines.findIndex((line, index) => index > start && /^#+ /.test(line) && line.indexOf(' ') <= level);
  return lines.slice(start + 1, end === -1 ? undefined : end).join('\n');
}

/** The headings of a level that match. */
export function headings(pattern: RegExp): string[] {
  return README.split('\n').filter((line) => pattern.test(line));
}

/** The rows of the table whose first column has this head, cell by cell. */
export function table(text: string, head: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  if (start === -1) throw new Error(`there is no table of ${head}`);
  const rows: string[][] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break;
    rows.push(
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }
  return rows;
}

/** A cell that is one piece of code, without its backticks. */
export function code(cell: string | undefined): string {
  const [, inner] = /^`([^`]+)`$/.exec(cell ?? '') ?? [];
  if (inner === undefined) throw new Error(`not a piece of code: ${cell}`);
  return inner;
}

/** The fenced blocks of a language. */
export function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, found, block]) =>
    found === language && block !== undefined ? [block] : [],
  );
}

/** A text without its fenced blocks. */
export function prose(text: string): string {
  return text.replace(/^```\w*\n[\s\S]*?^```$/gm, '');
}
