import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { imgpipe } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MB = 2 ** 20;
/** Eight of these at once would be over the limit. */
const IMAGES = 16;
const IMAGE_BYTES = 25 * MB;
const MAX_MEMORY = 200 * MB;

/** Prints the highest resident memory of the process, in kilobytes, when it exits. */
const PRINT_MEMORY =
  "process.on('exit', () => process.stderr.write('maxRSS ' + process.resourceUsage().maxRSS + '\\n'));";

test('status --check reads large images as streams, under 200 MB of memory in all', async () => {
  const folder = temporaryFolder();
  const pictures = path.join(folder, 'pictures');
  mkdirSync(pictures);
  for (let number = 1; number <= IMAGES; number += 1) {
    // Received by its first bytes alone: nothing here decodes it.
    const bytes = Buffer.alloc(IMAGE_BYTES, number);
    bytes.set([0xff, 0xd8, 0xff, 0xe0]);
    writeFileSync(path.join(pictures, `${number}.jpg`), bytes);
  }
  const data = path.join(folder, 'data');
  expect((await imgpipe(['receive', pictures, '--data', data])).status).toBe(0);
  const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(PRINT_MEMORY)}` };
  const { status, stdout, stderr } = await imgpipe(['status', '--check', '--data', data], { env });
  expect({ status, lost: /^Lost: +(\d+)$/m.exec(stdout)?.[1] }).toEqual({ status: 0, lost: '0' });
  const [, kilobytes = ''] = /maxRSS (\d+)/.exec(stderr) ?? [];
  expect(Number(kilobytes) * 1024).toBeLessThan(MAX_MEMORY);
});
