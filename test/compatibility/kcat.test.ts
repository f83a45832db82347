import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { sharedKafka } from '../support/kafka/shared-kafka.ts';
import { kafkaBus } from '../support/rounds/site.ts';
import { testSite } from '../support/rounds/test-site.ts';

const kafka = await sharedKafka();
const noKcat =
  spawnSync('kcat', ['-V']).error === undefined ? undefined : 'kcat is not installed (Debian: apt install kcat)';
const whyNone = kafka.whyNone ?? noKcat;

test.skipIf(whyNone)(
  `kcat prints imgpipe's topics as readable JSON with headers${whyNone ? ` (skipped: ${whyNone})` : ''}`,
  async () => {
    const bus = kafkaBus(kafka.address ?? '');
    const site = testSite(bus);
    expect(await site.start('receive', '--count', '3').ended).toMatchObject({ status: 0 });
    expect(await site.start('analyze', '--drain').ended).toMatchObject({ status: 0 });

    const lineOf = (topic: string) => {
      const from = [
        '-b',
        (kafka.address ?? '').replace('kafka://', ''),
        '-t',
        `${bus['IMGPIPE_TOPIC_PREFIX']}${topic}`,
      ];
      return execFileSync('kcat', ['-C', ...from, '-e', '-q', '-c', '1', '-f', '%k %h %s\\n'], { encoding: 'utf8' });
    };
    expect(lineOf('image_analysis')).toMatch(
      /^default ce_specversion=1\.0,ce_id=default\/1,ce_type=imgpipe\.image\.received\.v1,ce_source=urn:uuid:[\da-f-]{36},ce_time=[\dT:.-]+Z,content-type=application\/json \{"image_num":1,"stream":"default",.*"previous_image_num":null\}\n$/,
    );
    expect(lineOf('image_event_alert')).toMatch(
      /^default ce_specversion=1\.0,ce_id=event\/1,ce_type=imgpipe\.image\.event\.v1,.* \{"image_event_num":1,"image_event_db_path":"\/.*\/image_event_database\/image_event_001\.txt",.*\}\n$/,
    );
  },
);
