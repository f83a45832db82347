/** Prints a line. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints the header of a Markdown table. */
export function head(...cells: readonly string[]): void {
  say(`\n| ${cells.join(' | ')} |\n|${'---|'.repeat(cells.length)}`);
}

export function row(...cells: readonly (string | number)[]): void {
  say(`| ${cells.join(' | ')} |`);
}

export function ms(milliseconds: number, digits = 1): string {
  return `${milliseconds.toFixed(digits)} ms`;
}
