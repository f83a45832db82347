import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/imgpipe.ts';

const BUNDLE = path.join(ROOT, 'dist/bundle');

/** The packages and bundled files that a file loads at once: what it imports dynamically is not among them. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(path.join(BUNDLE, file), 'utf8');
  for (const [, from = '', bare = ''] of text.matchAll(
    /^(?:import|export)\b[^;]*?\bfrom "([^"]+)"|^import "([^"]+)"/gm,
  )) {
    const source = from || bare;
    if (source.startsWith('./')) loadedBy(path.basename(source), seen);
    else seen.add(source);
  }
  return seen;
}

/** The packages that the command's file loads, in the bundle or not, without Node's own. */
function packagesOf(name: string): string[] {
  const file = readdirSync(BUNDLE).find(
    (each) => each === `${name}.js` || new RegExp(`^${name}-\\w{8}\\.js$`).test(each),
  );
  const loaded = [...loadedBy(file ?? name)];
  const packages = loaded
    .filter((each) => !each.endsWith('.js'))
    .filter((each) => !/^(node:.*|fs|path|os|url|crypto|module|events|child_process|process)$/.test(each));
  const bundled = loaded.filter((each) => each.endsWith('.js')).flatMap(bundledIn);
  return [...new Set([...packages, ...bundled])].sort();
}

/** The packages whose modules are in a bundled file: a comment names the file of each module. */
function bundledIn(file: string): string[] {
  const text = readFileSync(path.join(BUNDLE, file), 'utf8');
  return [...text.matchAll(/^ *\/\/ node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm)].map(([, name = '']) => name);
}

describe('at its start a command loads', () => {
  test.each([
    ['main', ['commander']],
    ['view', ['@photostructure/sqlite', 'commander']],
    ['alive', ['@photostructure/sqlite', 'commander']],
    ['dead', ['@photostructure/sqlite', 'commander']],
    ['compare', ['commander']],
  ])('no package that it does not need: %s', (name, packages) => {
    expect(packagesOf(name)).toEqual(packages);
  });

  test('kafkajs from files of its own, by which its errors are recognized', () => {
    const files = readdirSync(BUNDLE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));
    const withKafkajs = files.filter((file) => bundledIn(file).includes('kafkajs'));
    expect(withKafkajs).toContain('kafkajs/index.js');
    expect(withKafkajs.filter((file) => path.dirname(file) !== 'kafkajs')).toEqual([]);
  });

  test('no more than the program itself for the help', () => {
    expect([...loadedBy('main.js')].filter((each) => each.startsWith('chunk-')).length).toBeLessThan(10);
  });
});
