import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../support/imgpipe.ts';
import { sharedKafka } from '../support/kafka/shared-kafka.ts';
import { kafkaBus } from '../support/rounds/site.ts';
import { testSite } from '../support/rounds/test-site.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { installKafkaPython } from './kafka-python.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const kafka = await sharedKafka();
const { python, whyNone } =
  kafka.whyNone === undefined ? await installKafkaPython(folder) : { ...kafka, python: undefined };

const CLIENT = path.join(ROOT, 'test/compatibility/alert_client.py');

test.skipIf(whyNone)(
  `a Python alert client like the reference's writes its alerts from imgpipe's messages${whyNone ? ` (skipped: ${whyNone})` : ''}`,
  async () => {
    const bus = kafkaBus(kafka.address ?? '');
    const site = testSite(bus);
    const alerts = temporaryFolder();
    expect(await site.start('receive').ended).toMatchObject({ status: 0 });
    expect(await site.start('analyze', '--drain').ended).toMatchObject({ status: 0 });

    const host = (kafka.address ?? '').replace('kafka://', '');
    const prefix = bus['IMGPIPE_TOPIC_PREFIX'] ?? '';
    await promisify(execFile)(python ?? '', [CLIENT, host, prefix, alerts, '2'], { timeout: 50_000 });

    for (const [number, image] of [
      [1, 3],
      [2, 7],
    ] as const) {
      const text = path.join(site.data, `image_event_database/image_event_00${number}.txt`);
      const paths = [
        path.join(site.data, `image_database/0000${image}.jpg`),
        path.join(site.data, `image_database/0000${image - 1}.jpg`),
        path.join(site.data, `image_event_database/image_event_00${number}.jpg`),
      ];
      expect(
        readFileSync(path.join(alerts, `image_event_alert_00${number}.txt`), 'utf8')
          .trimEnd()
          .split('\n'),
      ).toEqual([
        `Image event #: ${number}`,
        `Image event database path: ${text}`,
        'Image event alertees: nobody, since this is a test',
        'Image event: picture has changed',
        ...paths,
      ]);
      expect(paths.filter((file) => !existsSync(file))).toEqual([]);
    }
  },
);
