/** What the reader of a page does, or sees, in one or more terminals. */
export interface TourStep {
  /** `sh`: type the lines; `keys`: press them; `text`: see the lines. */
  readonly kind: 'sh' | 'keys' | 'text';
  readonly terminals: readonly number[];
  readonly lines: string;
  /** The exit code of the lines. */
  readonly exit: number;
  /** The line of the page. */
  readonly at: number;
}

const KINDS: ReadonlySet<string> = new Set(['sh', 'keys', 'text']);

/**
 * The fenced blocks of a page, in order. The info string of a block says what it is and for which terminals; with
 * `others` the page may have further blocks, which are left out.
 */
export function tourSteps(page: string, { others = false } = {}): TourStep[] {
  return [...page.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].flatMap(({ 1: info = '', 2: lines = '', index }) => {
    if (others && !info.includes(' terminal=')) return [];
    const at = page.slice(0, index).split('\n').length;
    const [, kind = '', terminals = '', exit = '0'] = /^(\w+) terminal=([\d,]+)(?: exit=(\d+))?$/.exec(info) ?? [];
    if (!KINDS.has(kind))
      throw new Error(`line ${at}: the block does not say what it is and for which terminal: ${info}`);
    return {
      kind: kind as TourStep['kind'],
      terminals: terminals.split(',').map(Number),
      lines: lines.trimEnd(),
      exit: Number(exit),
      at,
    };
  });
}

/**
 * The pattern of an output that has these lines of a page, in order and without gaps. `…` matches any text within a
 * line, and a line of only `…` for any number of lines. Blanks match blanks of any width.
 */
export function outputPattern(lines: string): RegExp {
  const patterns = lines.split('\n').map((line) => {
    if (line === '…') return '(?:[^\\n]*\\n)*?';
    const parts = line
      .trimEnd()
      .split(/(…|[ \t]+)/)
      .map((part) => (part === '…' ? '[^\\n]*' : /^[ \t]+$/.test(part) ? '[ \\t]+' : escapePattern(part)));
    return `${parts.join('')}[ \\t]*\\n`;
  });
  return new RegExp(`(?<=^|\\n)${patterns.join('')}`);
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
