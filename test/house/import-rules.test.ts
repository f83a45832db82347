import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NODE = ['node:fs', 'node:fs/promises'];
/** What the stages, the operations, the page and the adapters may. `.` is the folder itself. */
const INNER = ['.', 'ports', 'domain', 'analysis', ...NODE];

/** What each place may import of our own, and of packages. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  domain: ['.', 'zod'],
  analysis: ['.'],
  ports: ['.', 'domain', 'analysis'],
  config: ['.', 'domain', ...NODE],
  stages: INNER,
  operations: INNER,
  web: [...INNER, 'operations', 'web/pages', 'hono', 'hono/html', '@hono/node-server', 'prom-client'],
  'web/pages': ['.', 'web', 'operations', 'ports', 'domain', 'hono/html'],
  'web/browser': ['.'],
  'adapters/files': INNER,
  'adapters/sqlite': [...INNER, '@photostructure/sqlite'],
  'adapters/kafka': [...INNER, 'kafkajs'],
  'adapters/jimp': [...INNER, 'jimp', '@jimp/core', '@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs'],
  cli: ['.', 'pipeline.ts', 'operations', 'config', 'ports', 'domain', ...NODE, 'commander', 'chalk', 'ora', 'open'],
  'adapters.ts': [
    ...['adapters/files', 'adapters/sqlite', 'adapters/kafka', 'adapters/jimp'],
    ...['config', 'ports', 'domain', ...NODE],
  ],
  'workplace.ts': ['adapters.ts', 'stages', 'operations', 'config', 'ports', 'domain', ...NODE],
  'pipeline.ts': [
    ...['adapters.ts', 'workplace.ts'],
    ...['stages', 'operations', 'web', 'config', 'ports', 'domain', 'analysis', ...NODE],
  ],
  'index.ts': ['pipeline.ts', 'operations', 'config', 'ports', 'domain'],
};

const PLACES = Object.keys(ALLOWED);

const PACKAGES = [
  ...['zod', 'kafkajs', 'jimp', '@jimp/core', '@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs'],
  ...['commander', 'chalk', 'ora', 'open', '@photostructure/sqlite', 'lodash', ...NODE],
  ...['hono', 'hono/html', '@hono/node-server', 'prom-client'],
];

/** How a file in a place writes the import of something. */
function specifier(place: string, what: string): string {
  if (what === '.') return './sibling.ts';
  if (!PLACES.includes(what)) return what;
  const target = what.endsWith('.ts') ? what : `${what}/something.ts`;
  const from = place.endsWith('.ts') ? '.' : place;
  const relative = path.posix.relative(from, target);
  return relative.startsWith('.') ? relative : `./${relative}`;
}

const WAYS: Readonly<Record<string, (from: string) => string>> = {
  'an import': (from) => `import { a } from '${from}';`,
  'a dynamic import': (from) => `await import('${from}');`,
  'an import of types': (from) => `import type { A } from '${from}';`,
  'a re-export': (from) => `export { a } from '${from}';`,
};

/** All that a place may wish to import: itself, the other places and the packages. */
function wishes(place: string): string[] {
  const others = PLACES.filter((other) => other !== place);
  return [...(place.endsWith('.ts') ? [] : ['.']), ...others, ...PACKAGES];
}

function line(place: string, what: string): string {
  return `${place} imports ${what}`;
}

/** Everything that a place could import, in this way, as the linter of the repository sees it: what it refuses. */
function refused(way: (from: string) => string): string[] {
  const folder = realpathSync(temporaryFolder());
  const config = JSON.parse(readFileSync(path.join(ROOT, 'biome.json'), 'utf8'));
  writeFileSync(path.join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }));
  const byFile = new Map(
    PLACES.map((place) => [place.endsWith('.ts') ? `src/${place}` : `src/${place}/some.ts`, place]),
  );
  for (const [file, place] of byFile) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    const content = wishes(place).map((what) => way(specifier(place, what)));
    writeFileSync(path.join(folder, file), content.join('\n'));
  }
  const args = ['lint', '--only=style/noRestrictedImports', '--reporter=github', '--max-diagnostics=none', 'src'];
  const biome = path.join(ROOT, 'node_modules/.bin/biome');
  const { stdout, stderr } = spawnSync(biome, args, { cwd: folder, encoding: 'utf8' });
  const diagnostics = [
    ...stdout.matchAll(/^::error title=lint\/style\/noRestrictedImports,file=([^,]+),line=(\d+),/gm),
  ];
  if (diagnostics.length === 0) throw new Error(`the linter refused nothing: ${stdout}${stderr}`);
  return diagnostics.map(([, file = '', number]) => {
    const place = byFile.get(path.relative(folder, path.resolve(folder, file))) ?? file;
    return line(place, wishes(place)[Number(number) - 1] ?? `line ${number}`);
  });
}

describe('the linter', () => {
  it.each(Object.entries(WAYS))('refuses %s across each border that the design draws, and nothing else', (_, way) => {
    const forbidden = PLACES.flatMap((place) =>
      wishes(place).flatMap((what) => (ALLOWED[place]?.includes(what) ? [] : [line(place, what)])),
    );
    expect(refused(way).sort()).toEqual(forbidden.sort());
  });

  it('has a rule for each folder that there is', () => {
    const folders = readdirSync(path.join(ROOT, 'src'), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
    const known = new Set(PLACES.map((place) => place.split('/')[0]));
    expect(folders.filter((folder) => !known.has(folder))).toEqual([]);
  });
});
