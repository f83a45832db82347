import { expect, it } from 'vitest';
import { outcomeOf } from '../../support/decoding.ts';
import { hostilePictures } from '../../support/hostile-pictures.ts';
import { memoryInUse } from '../../support/memory.ts';

const MAX_GROWTH = 150e6;
const files = hostilePictures();

it.each(files)('$name is $outcome within the time limit', async (file) => {
  expect(await outcomeOf(file)).toBe(file.outcome);
});

it('a second round of all files needs no more memory', async () => {
  const before = memoryInUse();
  for (const file of files) await outcomeOf(file);
  expect(memoryInUse() - before).toBeLessThan(MAX_GROWTH);
});
