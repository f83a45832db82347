import { IMPORT_RULES } from '../../../lint/import-rules.ts';
import { fillBlocks, markdownTable } from './blocks.ts';

/** `docs/architecture.md`: which folder of `src/` may import which, and which packages. */
export function architecturePage(page: string): string {
  const rows = IMPORT_RULES.map(({ scope, folders, packages, node }) => [
    `\`${scope}\``,
    spans(folders),
    spans(packages.filter((name) => !/\/\*+$/.test(name) || !packages.includes(name.replace(/\/\*+$/, '')))),
    node ? 'yes' : 'no',
  ]);
  const head = ['folder or file in `src/`', 'may import', 'and the packages', 'and Node'];
  return fillBlocks(page, new Map([['import-rules', markdownTable(head, rows)]]));
}

function spans(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
