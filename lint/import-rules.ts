import path from 'node:path';

/** Which folder of `src/` may import what: the one table of these rules. `npm run import-rules` writes what follows from it. */
export interface ImportRule {
  /** A folder or a file, relative to `src/`. */
  readonly scope: string;
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
const ADAPTERS = ['files', 'generated', 'kafka', 'memory', 'pixels', 'postgres', 's3', 'sqlite'].map(
  (name) => `adapters/${name}`,
);

export const IMPORT_RULES: readonly ImportRule[] = [
  { scope: BASE, folders: [], packages: ['#kernels'], node: true },
  { scope: 'domain', folders: [BASE], packages: ['zod'], node: false },
  { scope: 'analysis', folders: [BASE], packages: [], node: false },
  { scope: 'ports', folders: ['domain', 'analysis', BASE], packages: [], node: false },
  { scope: 'config', folders: ['domain', BASE], packages: [], node: true },
  { scope: 'stages', folders: CORE, packages: [], node: true },
  { scope: 'operations', folders: ['stages/reconcile', ...CORE], packages: [], node: true },
  {
    scope: 'web',
    folders: ['operations', ...CORE],
    except: ['web/browser'],
    packages: ['hono', 'hono/*', '@hono/node-server', 'prom-client'],
    node: true,
  },
  {
    scope: 'web/pages',
    folders: ['web', 'operations', 'ports', 'domain', BASE],
    except: ['web/browser'],
    packages: ['hono/html'],
    node: false,
  },
  { scope: 'web/browser', folders: [], packages: [], node: false },
  { scope: 'adapters/files', folders: CORE, packages: [], node: true },
  { scope: 'adapters/generated', folders: CORE, packages: [], node: true },
  { scope: 'adapters/kafka', folders: CORE, packages: ['kafkajs', 'kafkajs/**'], node: true },
  { scope: 'adapters/memory', folders: CORE, packages: [], node: true },
  {
    scope: 'adapters/pixels',
    folders: CORE,
    packages: ['jimp', '@jimp/*', '@cornerstonejs/**', '@cwasm/webp/**'],
    node: true,
  },
  { scope: 'adapters/postgres', folders: ['adapters/sql', ...CORE], packages: ['pg'], node: true },
  { scope: 'adapters/s3', folders: CORE, packages: ['@aws-sdk/client-s3'], node: true },
  { scope: 'adapters/sql', folders: CORE, packages: [], node: true },
  { scope: 'adapters/sqlite', folders: ['adapters/sql', ...CORE], packages: ['@photostructure/sqlite'], node: true },
  {
    scope: 'app',
    folders: [...ADAPTERS, 'web', 'stages', 'operations', 'config', ...CORE],
    except: ['web/pages', 'web/browser'],
    packages: [],
    node: true,
  },
  {
    scope: 'cli',
    folders: ['app', 'operations', 'config', 'ports', 'domain', BASE],
    packages: ['commander', 'chalk', 'ora', 'open'],
    node: true,
  },
  { scope: 'ports.ts', folders: ['ports', 'adapters/memory', 'domain', 'analysis', BASE], packages: [], node: false },
  { scope: 'index.ts', folders: ['app', 'operations', 'config', 'ports', 'domain', BASE], packages: [], node: false },
];

/** How deep the folders below a scope go. */
const MAX_DEPTH = 2;

/** The linter's overrides that enforce the rules: for each scope, and for the folders below it. */
export function lintOverrides(rules: readonly ImportRule[] = IMPORT_RULES): object[] {
  return rules.flatMap((rule) => {
    const isFile = rule.scope.endsWith('.ts');
    const depths = isFile ? [0] : Array.from({ length: MAX_DEPTH + 1 }, (_, depth) => depth);
    return depths.map((depth) => override(rule, depth, isFile));
  });
}

function override(rule: ImportRule, depth: number, isFile: boolean): object {
  const { scope, folders, except = [], packages, node } = rule;
  const from = isFile ? '.' : `${scope}/${'some/'.repeat(depth)}`;
  const around = folders.find((folder) => scope.startsWith(`${folder}/`));
  const height = depth + (around === undefined ? 0 : segments(scope) - segments(around));
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
    includes: [isFile ? `src/${scope}` : `src/${scope}/${'*/'.repeat(depth)}**`],
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

function messageOf({ scope, folders }: ImportRule): string {
  const may = folders.length === 0 ? 'none of our other folders' : `of our folders only ${folders.join(', ')}`;
  return `src/${scope} imports ${may} (lint/import-rules.ts).`;
}
