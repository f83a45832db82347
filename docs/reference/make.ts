/** Writes the generated parts of the documentation: `npm run reference`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MADE_PAGES } from './make/pages.ts';

for (const [name, make] of Object.entries(MADE_PAGES)) {
  const file = fileURLToPath(new URL(`../../${name}`, import.meta.url));
  writeFileSync(file, await make(readFileSync(file, 'utf8')));
}
