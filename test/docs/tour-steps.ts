/** What a guided tour has its reader do, or see, in one or more terminals. */
export interface TourStep {
  /** `sh`: type the lines; `keys`: press them; `text`: see the lines. */
  readonly kind: 'sh' | 'keys' | 'text';
  readonly terminals: readonly number[];
  readonly lines: string;
  /** With which exit status the lines end. */
  readonly exit: number;
  /** The line of the page. */
  readonly at: number;
}

const KINDS: ReadonlySet<string> = new Set(['sh', 'keys', 'text']);

/** The fenced blocks of a page, in order. Each must say in its info string what it is and for which terminals. */
export function tourSteps(page: string): TourStep[] {
  return [...page.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(({ 1: info = '', 2: lines = '', index }) => {
    const at = page.slice(0, index).split('\n').length;
    const [, kind = '', terminals = '', exit = '0'] = /^(\w+) terminal=([\d,]+)(?: exit=(\d+))?$/.exec(info) ?? [];
    if (!KINDS.has(kind)) throw new Error(`line ${at}: the block says neither what it is nor where: ${info}`);
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
 * What an output must hold for lines of the page: these lines, one after the other. `…` is any text within a line, a
 * line of `…` alone any number of lines, and blanks are as wide as they like.
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
