import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** Compiles the kernels, and writes the code of each where it is used: as text, so that nothing is read from files. */
const KERNELS: Readonly<Record<string, string>> = {
  'differences.as.ts': '../src/analysis/differences-code.ts',
  'changed.as.ts': '../src/analysis/changed-code.ts',
  'png-unfilter.as.ts': '../src/adapters/pixels/png/unfilter-code.ts',
  'jpeg-encoder.as.ts': '../src/adapters/pixels/jpeg/encoder-code.ts',
};

const folder = path.dirname(fileURLToPath(import.meta.url));
for (const [source, target] of Object.entries(KERNELS)) {
  const code = Buffer.from(await compile(source)).toString('base64');
  const text = `// Made of kernel/${source} by \`npm run kernel\`.\nexport const CODE =\n  '${code}';\n`;
  writeFileSync(path.join(folder, target), text);
}

async function compile(source: string): Promise<Uint8Array> {
  let code: Uint8Array | undefined;
  const options = ['--baseDir', folder, '--outFile', 'kernel.wasm', '-O3', '--runtime', 'stub', '--noAssert'];
  const { error, stderr } = await asc.main([source, ...options, '--enable', 'simd'], {
    writeFile(name, contents) {
      if (name.endsWith('.wasm')) code = Buffer.from(contents);
    },
  });
  if (error || code === undefined) throw new Error(`${source}: ${stderr.toString()}`, { cause: error });
  return code;
}
