import { expect, it } from 'vitest';
import { timeline } from '../../src/operations/browse.ts';

/** A catalog with these techniques, and no measurements. */
function catalogWith(techniques: readonly string[]) {
  return { choices: async () => ({ streams: ['sky'], techniques: [...techniques] }), measured: async () => [] };
}

it.each([
  ['l2 before others, whatever its version', ['changed@2', 'l2@1'], undefined, 'l2@1'],
  ['the first one without l2', ['changed@2', 'mine@1'], undefined, 'changed@2'],
  ['the version in force of the one asked for', ['changed@2', 'l2@2'], 'changed@1', 'changed@2'],
  ['one that has no outcomes, as asked for', ['l2@2'], 'other@1', 'other@1'],
])('a timeline shows the measurements of %s', async (_, techniques, technique, shown) => {
  const query = { stream: 'sky', technique, before: undefined, limit: 10 };
  expect((await timeline(catalogWith(techniques), query)).technique).toBe(shown);
});
