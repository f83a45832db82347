import { describe, expect, it } from 'vitest';
import { type Running, start } from '../support/imgpipe.ts';
import { sharedKafka } from '../support/kafka/shared-kafka.ts';
import { newCatalog } from '../support/postgres/databases.ts';
import { sharedPostgres } from '../support/postgres/shared-postgres.ts';
import { kafkaBus } from '../support/rounds/site.ts';
import { AWS_ENVIRONMENT, makeBucket } from '../support/s3/buckets.ts';
import { sharedS3 } from '../support/s3/shared-s3.ts';
import { untilTestEnds } from '../support/start-until-test-ends.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { viewerOf } from '../support/viewer.ts';

const [kafka, postgres, s3] = [await sharedKafka(), await sharedPostgres(), await sharedS3()];
const why = kafka.whyNone ?? postgres.whyNone ?? s3.whyNone;

const STREAMS = ['north', 'south', 'east', 'west'];
const PER_STREAM = 100;
/** In a generated stream every fourth image is rotated: of ten images numbers 3 and 7, and so on. */
const EVENTS = 2 + STREAMS.length * (PER_STREAM / 4);
const IMAGES = 10 + STREAMS.length * PER_STREAM;

describe.skipIf(why !== undefined)(`hosts that share nothing${why ? ` (skipped: ${why})` : ''}`, () => {
  it('run one pipeline, with only Kafka, PostgreSQL and S3 between them', async () => {
    if (s3.server === undefined) throw new Error('there is no S3 server');
    const env = {
      ...kafkaBus(kafka.address ?? ''),
      IMGPIPE_CATALOG: await newCatalog({ port: postgres.port ?? 0 }),
      ...AWS_ENVIRONMENT,
      IMGPIPE_STORE: `s3://${makeBucket(s3.server)}/pipelines`,
      IMGPIPE_STORE_ENDPOINT: `http://127.0.0.1:${s3.server.port}`,
      IMGPIPE_STORE_REGION: 'us-east-1',
      IMGPIPE_STORE_PATH_STYLE: 'true',
    };
    const folders = new Map<string, string>();
    /** Runs a command on a host, which is a working folder of its own. */
    const on = (host: string, ...args: string[]): Running => {
      const cwd = folders.get(host) ?? temporaryFolder();
      folders.set(host, cwd);
      return untilTestEnds(start(args, { cwd, env }));
    };
    const ok = async (host: string, ...args: string[]) => {
      const ended = await on(host, ...args).ended;
      expect(ended, `${host}: ${ended.stdout}${ended.stderr}`).toMatchObject({ status: 0 });
      return ended.stdout;
    };

    const stages = [on('analyzer 1', 'analyze'), on('analyzer 2', 'analyze'), on('alerts', 'alert')];
    await Promise.all(stages.map((stage) => stage.until(/is assigned|waits/)));
    await ok('camera', 'receive', '--quiet');
    await Promise.all(
      STREAMS.map((stream) =>
        ok('camera', 'receive', '--stream', stream, '--count', String(PER_STREAM), '--interval', '0'),
      ),
    );
    const viewer = await viewerOf(on('viewer', 'serve', '--port', '0'));
    const status = () => viewer.json<{ images: number; events: number; alerts: number }>('/api/status');
    await expect.poll(status, { timeout: 90_000 }).toMatchObject({ images: IMAGES, events: EVENTS, alerts: EVENTS });

    for (const host of folders.keys())
      expect(await ok(host, 'status', '--check')).toContain('every file is present and intact');
    const { alerts } = await viewer.json<{ alerts: { picture_urls: { image: string } }[] }>('/api/alerts');
    const picture = await viewer.get(alerts[0]?.picture_urls.image ?? '');
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(await ok('alerts', 'view', String(EVENTS))).toContain('s3://');
    for (const stage of stages) stage.child.kill('SIGTERM');
    for (const stage of stages) expect(await stage.ended).toMatchObject({ status: 0 });
  });
});
