import { expect, it } from 'vitest';
import { COUNTS } from '../../../support/jpegs/description.ts';
import { digestsOf } from '../../../support/jpegs/digests.ts';
import { wrongFiles } from '../../../support/jpegs/wrong-files.ts';

it('16,000 files decode to the same pixels as with Pillow: every size to 40 × 40, sampling, quality, restart interval and scan script', () => {
  expect(digestsOf('8-bits')).toHaveLength(COUNTS['8-bits']);
  expect(wrongFiles('8-bits')).toEqual([]);
});
