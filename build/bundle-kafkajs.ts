import { createRequire } from 'node:module';
import path from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

/** The folder within the bundle's: errors of kafkajs are recognized by it (src/adapters/kafka/errors.ts). */
export const FOLDER = 'kafkajs';

const NAMESPACE = 'kafkajs-module';
const ANY = /^kafkajs(?:\/|$)/;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

const require = createRequire(import.meta.url);

/** Makes imports of kafkajs' modules those of files in the folder, and collects the modules' names. */
export function externalKafkajs(modules: Set<string>): Plugin {
  return {
    name: 'external-kafkajs',
    setup(main) {
      main.onResolve({ filter: ANY }, ({ path: name }) => {
        modules.add(name);
        return { path: `./${FOLDER}/${fileOf(name)}.js`, external: true };
      });
    },
  };
}

/** Bundles modules of kafkajs, of which there is one instance each, as ES modules with the names that they export. */
export async function bundleKafkajs(modules: ReadonlySet<string>, outdir: string): Promise<Metafile> {
  const { metafile } = await build({
    metafile: true,
    entryPoints: [...modules].map((name) => ({ in: `${NAMESPACE}:${name}`, out: fileOf(name) })),
    outdir: path.join(outdir, FOLDER),
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // CommonJS modules require modules of Node.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
    },
    plugins: [namedExports],
    logLevel: 'warning',
  });
  return metafile;
}

/** The modules are CommonJS, of which ES modules import names only if these are written out. */
const namedExports: Plugin = {
  name: 'named-exports',
  setup(kafkajs) {
    kafkajs.onResolve({ filter: new RegExp(`^${NAMESPACE}:`) }, ({ path: name }) => ({
      path: name.slice(NAMESPACE.length + 1),
      namespace: NAMESPACE,
    }));
    kafkajs.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path: name }) => {
      const names = Object.keys(require(name) as object).filter((each) => IDENTIFIER.test(each) && each !== 'default');
      const contents = [
        `import whole from ${JSON.stringify(name)};`,
        'export default whole;',
        ...(names.length > 0 ? [`export const { ${names.join(', ')} } = whole;`] : []),
      ].join('\n');
      return { contents, resolveDir: path.dirname(require.resolve(name)) };
    });
  },
};

/** `kafkajs/src/consumer/runner.js` is in the file `src-consumer-runner.js`. */
function fileOf(name: string): string {
  return (
    name
      .replace(/^kafkajs\/?/, '')
      .replace(/\.js$/, '')
      .replaceAll('/', '-') || 'index'
  );
}
