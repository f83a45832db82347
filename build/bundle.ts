import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleKafkajs, externalKafkajs } from './bundle-kafkajs.ts';

/**
 * Bundles the command line and the worker thread into a few files each, dist/bundle: Node takes longer to load several
 * hundred small modules than to do the work of a short command. The files stay readable: they are not minified.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Dependencies of many modules, which are loaded at each start. The others stay packages of their own. */
const BUNDLED = ['commander', 'kafkajs', 'zod'];

const OUT = path.join(ROOT, 'dist/bundle');
const LICENSES = 'LICENSES.txt';

const { dependencies, peerDependencies } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as Record<'dependencies' | 'peerDependencies', Record<string, string>>;

/** The modules of kafkajs that the program imports. */
const kafkajs = new Set<string>();

const { metafile } = await build({
  metafile: true,
  absWorkingDir: ROOT,
  entryPoints: ['dist/cli/main.js', 'dist/adapters/pixels/workers/pixel-worker.js'],
  outdir: 'dist/bundle',
  entryNames: '[name]',
  // One folder, at the depth of the modules, so that their paths relative to the package remain valid.
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: Object.keys({ ...dependencies, ...peerDependencies })
    .filter((name) => !BUNDLED.includes(name))
    .flatMap((name) => [name, `${name}/*`]),
  plugins: [externalKafkajs(kafkajs)],
  // CommonJS modules require modules of Node.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  logLevel: 'warning',
});
const { outputs } = await bundleKafkajs(kafkajs, OUT);

// Files of earlier builds are removed last, so that a running program still finds its own.
const files = [...Object.keys(metafile.outputs), ...Object.keys(outputs)].map((file) => path.resolve(ROOT, file));
const written = new Set([...files, path.join(OUT, LICENSES)]);
for (const entry of readdirSync(OUT, { recursive: true, withFileTypes: true })) {
  const file = path.join(entry.parentPath, entry.name);
  if (entry.isFile() && !written.has(file)) rmSync(file);
}

/** The licenses of the packages that the bundle contains, as they ask for in each copy. */
const licenses = BUNDLED.map((name) => {
  const text = readFileSync(path.join(ROOT, 'node_modules', name, 'LICENSE'), 'utf8');
  return `${name}\n${'='.repeat(name.length)}\n\n${text.trim()}\n`;
});
writeFileSync(path.join(OUT, LICENSES), licenses.join('\n\n'));
