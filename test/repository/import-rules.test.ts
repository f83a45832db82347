import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { IMPORT_RULES, type ImportRule, lintOverrides } from '../../lint/import-rules.ts';
import { ROOT } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SCOPES = IMPORT_RULES.map(({ scope }) => scope);

/** A specifier of each allowed package, and of one that is allowed nowhere. */
const PACKAGES = [
  ...new Set(IMPORT_RULES.flatMap(({ packages }) => packages).map((name) => name.replace(/\*+$/, 'something'))),
  'lodash',
  'node:fs',
  'node:fs/promises',
];

const FORMS: Readonly<Record<string, (from: string) => string>> = {
  'an import': (from) => `import { a } from '${from}';`,
  'a dynamic import': (from) => `await import('${from}');`,
  'a type import': (from) => `import type { A } from '${from}';`,
  're-exports': (from) => `export { a } from '${from}';`,
};

/** A file of a scope with the imports to try, and whether each is allowed. */
interface Sample {
  readonly file: string;
  readonly imports: readonly { readonly specifier: string; readonly allowed: boolean }[];
}

function samplesOf(rule: ImportRule): Sample[] {
  if (rule.scope.endsWith('.ts')) return [sampleOf(rule, rule.scope)];
  return ['some.ts', 'within/some.ts', 'within/deeper/some.ts'].map((file) => sampleOf(rule, `${rule.scope}/${file}`));
}

function sampleOf(rule: ImportRule, file: string): Sample {
  const folder = path.posix.dirname(file);
  const scopes = SCOPES.filter((other) => !(other === rule.scope && other.endsWith('.ts'))).map((other) => {
    const target = other.endsWith('.ts') ? other : `${other}/something.ts`;
    const relative = path.posix.relative(folder, target);
    return { specifier: relative.startsWith('.') ? relative : `./${relative}`, allowed: mayImport(rule, other) };
  });
  const packages = PACKAGES.map((specifier) => ({ specifier, allowed: mayImportPackage(rule, specifier) }));
  return { file, imports: [...scopes, ...packages] };
}

function mayImport({ scope, folders, except = [] }: ImportRule, other: string): boolean {
  if (except.includes(other)) return false;
  return [scope, ...folders].some((folder) => other === folder || other.startsWith(`${folder}/`));
}

function mayImportPackage({ packages, node }: ImportRule, specifier: string): boolean {
  if (specifier.startsWith('node:')) return node;
  return packages.some(
    (name) => name === specifier || (name.endsWith('*') && specifier.startsWith(name.replace(/\*+$/, ''))),
  );
}

/** The imports of these samples that the linter refuses with the repository's configuration. */
function refused(samples: readonly Sample[], form: (from: string) => string): string[] {
  const folder = realpathSync(temporaryFolder());
  const config = JSON.parse(readFileSync(path.join(ROOT, 'biome.json'), 'utf8'));
  writeFileSync(path.join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }));
  for (const { file, imports } of samples) {
    mkdirSync(path.dirname(path.join(folder, 'src', file)), { recursive: true });
    writeFileSync(path.join(folder, 'src', file), imports.map(({ specifier }) => form(specifier)).join('\n'));
  }
  const args = ['lint', '--only=style/noRestrictedImports', '--reporter=github', '--max-diagnostics=none', 'src'];
  const biome = path.join(ROOT, 'node_modules/.bin/biome');
  const { stdout, stderr } = spawnSync(biome, args, { cwd: folder, encoding: 'utf8', maxBuffer: 64e6 });
  const found = [...stdout.matchAll(/^::error title=lint\/style\/noRestrictedImports,file=([^,]+),line=(\d+),/gm)];
  if (found.length === 0) throw new Error(`the linter refused nothing: ${stdout}${stderr}`);
  return found.map(([, name = '', line]) => {
    const file = path.relative(path.join(folder, 'src'), path.resolve(folder, name));
    const sample = samples.find((each) => each.file === file);
    return `${file} imports ${sample?.imports[Number(line) - 1]?.specifier}`;
  });
}

describe('the import rules', () => {
  it('are the ones in the configuration of the linter', () => {
    const { overrides } = JSON.parse(readFileSync(path.join(ROOT, 'biome.json'), 'utf8'));
    expect(overrides).toEqual(lintOverrides());
  });

  it.each(Object.entries(FORMS))('are enforced on %s at every depth, and refuse nothing else', (_, form) => {
    const samples = IMPORT_RULES.flatMap(samplesOf);
    const forbidden = samples.flatMap(({ file, imports }) =>
      imports.flatMap(({ specifier, allowed }) => (allowed ? [] : [`${file} imports ${specifier}`])),
    );
    expect(refused(samples, form).sort()).toEqual(forbidden.sort());
  });

  it('cover every folder of src', () => {
    const src = path.join(ROOT, 'src');
    const folders = readdirSync(src, { withFileTypes: true, recursive: true }).flatMap((entry) =>
      entry.isDirectory() ? [path.relative(src, path.join(entry.parentPath, entry.name))] : [],
    );
    const uncovered = folders.filter(
      (folder) => folder !== 'adapters' && !SCOPES.some((scope) => `${folder}/`.startsWith(`${scope}/`)),
    );
    expect(uncovered).toEqual([]);
  });
});
