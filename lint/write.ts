/** Writes the import rules into the linter's configuration. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lintOverrides } from './import-rules.ts';

const root = path.join(import.meta.dirname, '..');
const file = path.join(root, 'biome.json');
const config = JSON.parse(readFileSync(file, 'utf8'));
writeFileSync(file, JSON.stringify({ ...config, overrides: lintOverrides() }));
execFileSync(path.join(root, 'node_modules/.bin/biome'), ['format', '--write', file], { cwd: root });
