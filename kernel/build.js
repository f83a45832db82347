import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/**
 * Compiles the kernels to WebAssembly and writes them, as text, to one JavaScript module: `#kernels` (see
 * package.json). JavaScript, because tsx takes ten times as long to load the compiler as the compiler needs.
 */
const SOURCES = {
  differences: 'differences.as.ts',
  changed: 'changed.as.ts',
  pngUnfilter: 'png-unfilter.as.ts',
  quarterTurn: 'quarter-turn.as.ts',
  jpegDecoder: 'jpeg-decoder.as.ts',
  jpegDeepDecoder: 'jpeg-deep-decoder.as.ts',
  jpegEncoder: 'jpeg-encoder.as.ts',
};
/** What runs on machines without SIMD: the compiler refuses vectors in it. */
const PLAIN = ['jpeg-deep-decoder.as.ts', 'quarter-turn.as.ts'];

const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const TARGET = path.join(FOLDER, '../dist/kernels.js');

const lines = ['// Generated from kernel/*.as.ts by `npm run kernel`.', 'export const KERNELS = {'];
for (const [name, source] of Object.entries(SOURCES)) {
  const code = await compile(source);
  lines.push(`  ${name}: '${Buffer.from(code).toString('base64')}',`);
}
lines.push('};');
mkdirSync(path.dirname(TARGET), { recursive: true });
writeFileSync(TARGET, `${lines.join('\n')}\n`);

/**
 * @param {string} source The name of a file in this folder.
 * @returns The WebAssembly module.
 */
async function compile(source) {
  let code;
  const options = ['--baseDir', FOLDER, '--outFile', 'kernel.wasm', '-O3', '--runtime', 'stub', '--noAssert'];
  if (!PLAIN.includes(source)) options.push('--enable', 'simd');
  const { error, stderr } = await asc.main([source, ...options], {
    writeFile(name, contents) {
      if (name.endsWith('.wasm')) code = Buffer.from(contents);
    },
  });
  if (error || code === undefined) throw new Error(`${source}: ${stderr.toString()}`, { cause: error });
  return code;
}
