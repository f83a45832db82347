import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/imgpipe.ts';

/** The schemas load zod. Only code that validates, or describes the API, may load them. */
const LOADERS = ['src/domain/read-message.ts', 'src/web/openapi.ts'];

test('the output of a command does not load zod: its schemas are imported as types', () => {
  const files = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join('src', file))
    .filter((file) => file.endsWith('.ts') && !file.startsWith('src/domain/json/'));
  const loaders = files.filter((file) =>
    loadedBy(readFileSync(path.join(ROOT, file), 'utf8')).some((module) => {
      return module === 'zod' || path.posix.join(path.dirname(file), module).startsWith('src/domain/json/');
    }),
  );
  expect(loaders.sort()).toEqual(LOADERS);
});

/** The modules that a file loads: those of its imports and exports, but for types. */
function loadedBy(text: string): string[] {
  return [...text.matchAll(/^(?:import|export) (?!type )[^;]*? from '([^']*)'/gm)].map(([, module = '']) => module);
}
