/** A reference page made from its text as it stands. Prose is written by hand; blocks are generated. */
export type PageMaker = (page: string) => string | Promise<string>;

/**
 * The page with the content of its blocks replaced. A block lies between the lines `<!-- name:begin -->` and
 * `<!-- name:end -->`. Throws where a block is missing from the page.
 */
export function fillBlocks(page: string, contents: ReadonlyMap<string, string>): string {
  let filled = page;
  for (const [name, content] of contents) {
    const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
    const [from, to] = [filled.indexOf(begin), filled.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`the page has no block ${name}: add ${begin} and ${end}`);
    filled = `${filled.slice(0, from + begin.length)}\n${content}\n${filled.slice(to)}`;
  }
  return filled;
}

/** A Markdown table. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const inner = (cell: string) => (cell === '' ? ' ' : ` ${cell.replaceAll('|', '\\|')} `);
  const line = (cells: readonly string[]) => `|${cells.map(inner).join('|')}|`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
