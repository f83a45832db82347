/** Writes the JSON Schema of each type of message beside this file. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { jsonSchemas } from './json-schemas.ts';

for (const [file, text] of jsonSchemas()) writeFileSync(fileURLToPath(new URL(file, import.meta.url)), text);
