import path from 'node:path';

/** Which folder of `src/` may import what: the one table of these rules. `npm run import-rules` writes what follows from it. */
export interface ImportRule {
  /** A folder or a file, relative to `src/`. */
  readonly place: string;
  /** The folders of ours that it may import, besides itself. */
  readonly folders: readonly string[];
  /** Folders within this one that it may not import. */
  readonly except?: readonly string[];
  readonly packages: readonly string[];
  /** Whether it may import Node's own modules. */
  readonly node: boolean;
}

/** All may use `base`. */
const BASE = 'base';
const CORE = ['ports', 'domain', 'analysis', BASE];
const ADAPTERS = ['files', 'generated', 'kafka', 'memory', 'pixels', 'sqlite'].map((name) => `adapters/${name}`);

export const IMPORT_RULES: readonly ImportRule[] = [
  { place: BASE, folders: [], packages: ['#kernels'], node: true },
  { place: 'domain', folders: [BASE], packages: ['zod'], node: false },
  { place: 'analysis', folders: [BASE], packages: [], node: false },
  { place: 'ports', folders: ['domain', 'analysis', BASE], packages: [], node: false },
  { place: 'config', folders: ['domain', BASE], packages: [], node: true },
  { place: 'stages', folders: CORE, packages: [], node: true },
  { place: 'operations', folders: CORE, packages: [], node: true },
  {
    place: 'web',
    folders: ['operations', ...CORE],
    except: ['web/browser'],
    packages: ['hono', 'hono/*', '@hono/node-server', 'prom-client'],
    node: true,
  },
  {
    place: 'web/pages',
    folders: ['web', 'operations', 'ports', 'domain', BASE],
    except: ['web/browser'],
    packages: ['hono/html'],
    node: false,
  },
  { place: 'web/browser', folders: [], packages: [], node: false },
  { place: 'adapters/files', folders: CORE, packages: [], node: true },
  { place: 'adapters/generated', folders: CORE, packages: [], node: true },
  { place: 'adapters/kafka', folders: CORE, packages: ['kafkajs', 'kafkajs/**'], node: true },
  { place: 'adapters/memory', folders: CORE, packages: [], node: true },
  { place: 'adapters/pixels', folders: CORE, packages: ['jimp', '@jimp/*', '@cornerstonejs/**'], node: true },
  { place: 'adapters/sqlite', folders: CORE, packages: ['@photostructure/sqlite'], node: true },
  {
    place: 'app',
    folders: [...ADAPTERS, 'web', 'stages', 'operations', 'config', ...CORE],
    except: ['web/pages', 'web/browser'],
    packages: [],
    node: true,
  },
  {
    place: 'cli',
    folders: ['app', 'operations', 'config', 'ports', 'domain', BASE],
    packages: ['commander', 'chalk', 'ora', 'open'],
    node: true,
  },
  { place: 'ports.ts', folders: ['ports', 'adapters/memory', 'domain', 'analysis', BASE], packages: [], node: false },
  { place: 'index.ts', folders: ['app', 'operations', 'config', 'ports', 'domain', BASE], packages: [], node: false },
];

/** How deep the folders below a place go. */
const MAX_DEPTH = 2;

/** The linter's overrides that enforce the rules: for each place, and for the folders below it. */
export function lintOverrides(rules: readonly ImportRule[] = IMPORT_RULES): object[] {
  return rules.flatMap((rule) => {
    const isFile = rule.place.endsWith('.ts');
    const depths = isFile ? [0] : Array.from({ length: MAX_DEPTH + 1 }, (_, depth) => depth);
    return depths.map((depth) => override(rule, depth, isFile));
  });
}

function override(rule: ImportRule, depth: number, isFile: boolean): object {
  const { place, folders, except = [], packages, node } = rule;
  const from = isFile ? '.' : `${place}/${'some/'.repeat(depth)}`;
  const around = folders.find((folder) => place.startsWith(`${folder}/`));
  const height = depth + (around === undefined ? 0 : segments(place) - segments(around));
  const own = isFile
    ? []
    : Array.from({ length: height + 1 }, (_, ups) => (ups === 0 ? './**' : `${'../'.repeat(ups)}**`));
  const outside = height === 0 ? [] : [`${'../'.repeat(height + 1)}**`];
  const allowed = [
    ...folders.filter((folder) => folder !== around).map((folder) => patternOf(from, folder)),
    ...packages,
    ...(node ? ['node:*', 'node:*/*'] : []),
  ];
  // The last pattern that matches decides.
  const forbidden = except.map((folder) => patternOf(from, folder));
  const group = ['**', ...own.map(not), ...outside, ...allowed.map(not), ...forbidden];
  return {
    includes: [isFile ? `src/${place}` : `src/${place}/${'*/'.repeat(depth)}**`],
    linter: {
      rules: {
        style: {
          noRestrictedImports: { level: 'error', options: { patterns: [{ group, message: messageOf(rule) }] } },
        },
      },
    },
  };
}

/** How a file in a folder writes the import of anything in another. */
function patternOf(from: string, folder: string): string {
  const relative = path.posix.relative(from, folder);
  return relative.startsWith('.') ? `${relative}/**` : `./${relative}/**`;
}

function segments(folder: string): number {
  return folder.split('/').length;
}

function not(pattern: string): string {
  return `!${pattern}`;
}

function messageOf({ place, folders }: ImportRule): string {
  const may = folders.length === 0 ? 'none of our other folders' : `of our folders only ${folders.join(', ')}`;
  return `src/${place} imports ${may} (lint/import-rules.ts).`;
}
