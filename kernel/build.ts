import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** Compiles the kernel, and writes its code where the analysis takes it from: as text, since the analysis reads no files. */
const SOURCE = 'differences.as.ts';
const TARGET = '../src/analysis/differences-code.ts';

const folder = path.dirname(fileURLToPath(import.meta.url));
let code: Uint8Array | undefined;
const { error, stderr } = await asc.main(
  [
    SOURCE,
    '--baseDir',
    folder,
    '--outFile',
    'kernel.wasm',
    '-O3',
    '--runtime',
    'stub',
    '--noAssert',
    '--enable',
    'simd',
  ],
  {
    writeFile(name, contents) {
      if (name.endsWith('.wasm')) code = Buffer.from(contents);
    },
  },
);
if (error || code === undefined) throw new Error(`${SOURCE}: ${stderr.toString()}`, { cause: error });
writeFileSync(
  path.join(folder, TARGET),
  `// Made of kernel/${SOURCE} by \`npm run kernel\`.\nexport const CODE =\n  '${Buffer.from(code).toString('base64')}';\n`,
);
