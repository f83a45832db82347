/** Writes the generated files of this folder: `npm run schemas`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { schemaFiles } from './json-schemas.ts';

for (const [file, text] of schemaFiles()) writeFileSync(fileURLToPath(new URL(file, import.meta.url)), text);
