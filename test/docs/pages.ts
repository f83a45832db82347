import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/imgpipe.ts';

/** A page of the documentation, by its path from the repository's root. */
export interface Page {
  readonly name: string;
  readonly text: string;
  /** The text below a heading, up to the next heading of its level or above. */
  section(heading: string): string;
  /** The headings that match. */
  headings(pattern: RegExp): string[];
}

/** The README and every page of docs/. */
export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .sort(),
];

export function readPage(name: string): Page {
  const text = readFileSync(path.join(ROOT, name), 'utf8');
  const lines = text.split('\n');
  return {
    name,
    text,
    section(heading) {
      const start = lines.indexOf(heading);
      if (start === -1) throw new Error(`${name} has no heading ${heading}`);
      const level = heading.indexOf(' ');
      const end = lines.findIndex((line, index) => index > start && /^#+ /.test(line) && line.indexOf(' ') <= level);
      return lines.slice(start + 1, end === -1 ? undefined : end).join('\n');
    },
    headings: (pattern) => lines.filter((line) => pattern.test(line)),
  };
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

/** A cell that is one code span, without its backticks. */
export function code(cell: string | undefined): string {
  const [, inner] = /^`([^`]+)`$/.exec(cell ?? '') ?? [];
  if (inner === undefined) throw new Error(`not a code span: ${cell}`);
  return inner;
}

/** The contents of the fenced blocks of a language. */
export function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm)].flatMap(([, found, block]) =>
    found === language && block !== undefined ? [block] : [],
  );
}

/** A text without its fenced blocks. */
export function prose(text: string): string {
  return text.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, '');
}
