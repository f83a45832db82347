import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/imgpipe.ts';

/** The relative imports, dynamic imports and re-exports in a source text, including those of types only. */
function importsIn(source: string): string[] {
  return [...source.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, specifier = '']) => specifier);
}

/** For each file of a folder, the files that it imports. */
function importGraph(folder: string): Map<string, string[]> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return new Map(
    files.map((file) => [
      file,
      importsIn(readFileSync(path.join(folder, file), 'utf8')).map((to) => path.join(path.dirname(file), to)),
    ]),
  );
}

/** The first cycle on each path of a depth-first search, as `a → b → a`. */
function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]) => {
    if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
    else if (!done.has(file)) {
      for (const imported of graph.get(file) ?? []) visit(imported, [...trail, file]);
      done.add(file);
    }
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}

describe('imports', () => {
  it('form no cycles in src, not even of types', () => {
    const graph = importGraph(path.join(ROOT, 'src'));
    expect(graph.get('index.ts')).not.toEqual([]);
    expect(cyclesIn(graph)).toEqual([]);
  });

  it.each([
    ["import type { A } from './b.ts';", "import { type B } from './a.ts';"],
    ["export * from './b.ts';", "const a = await import('./a.ts');"],
    ["import './b.ts';", "export {\n  a,\n} from './a.ts';"],
  ])('form a cycle: %j and %j', (a, b) => {
    const graph = new Map([
      ['a.ts', importsIn(a).map((to) => path.join(to))],
      ['b.ts', importsIn(b).map((to) => path.join(to))],
    ]);
    expect(cyclesIn(graph)).toEqual(['a.ts → b.ts → a.ts']);
  });
});
