import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { imgpipe } from '../../support/imgpipe.ts';
import { startKafka } from '../../support/kafka-cluster.ts';
import type { Security } from '../../support/kafka-security.ts';
import { whyNoKafka } from '../../support/shared-kafka.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const whyNone = await whyNoKafka();

type Settings = Record<string, string>;

/** A broker with security, and the real program run on it with these settings on top of the right ones. */
async function brokerWith(security: Security) {
  const kafka = await startKafka({ security });
  onTestFinished(() => kafka.close());
  const folder = temporaryFolder();
  const { caFile, client, user } = kafka;
  const right: Settings = {
    IMGPIPE_BROKER: kafka.address,
    IMGPIPE_KAFKA_CONNECT_TIMEOUT: '1s',
    ...(caFile !== undefined && { IMGPIPE_KAFKA_TLS: 'true', IMGPIPE_KAFKA_TLS_CA: caFile }),
    ...(client !== undefined && { IMGPIPE_KAFKA_TLS_CERT: client.certFile, IMGPIPE_KAFKA_TLS_KEY: client.keyFile }),
  };
  let runs = 0;
  const run = (over: Settings = {}) => {
    runs += 1;
    const env = { ...right, IMGPIPE_TOPIC_PREFIX: `run-${runs}.`, ...over };
    return imgpipe(['run', '--verbose', '--data', path.join(folder, `data-${runs}`)], { env });
  };
  return { run, user: user ?? { username: '', password: '' } };
}

describe.skipIf(whyNone !== undefined)(`a broker with security${whyNone ? ` (left out: ${whyNone})` : ''}`, () => {
  it('over TLS serves who trusts its authority, and tells others which setting to check', async () => {
    const { run } = await brokerWith('tls');
    expect(await run()).toMatchObject({ status: 0, stdout: expect.stringContaining('alert 2:') });
    const strange = await run({ IMGPIPE_KAFKA_TLS_CA: '' });
    expect(strange).toMatchObject({ status: 2, stdout: '' });
    expect(strange.stderr).toMatch(/^imgpipe: broker kafka:\S+ and this client do not agree on TLS .*kafka_tls_ca/m);
    expect((await run({ IMGPIPE_KAFKA_TLS: 'false', IMGPIPE_KAFKA_TLS_CA: '' })).status).toBe(4);
  });

  it('over TLS with certificates of clients serves who has one', async () => {
    const { run } = await brokerWith('mutual-tls');
    expect((await run()).status).toBe(0);
    const nobody = await run({ IMGPIPE_KAFKA_TLS_CERT: '', IMGPIPE_KAFKA_TLS_KEY: '' });
    expect(nobody.status).toBe(2);
    expect(nobody.stderr).toMatch(/^imgpipe: broker kafka:\S+ and this client do not agree on TLS /m);
  });

  it.each(['sasl', 'sasl-tls'] as const)(
    'with passwords serves who has one, and never shows it: %s',
    async (security) => {
      const { run, user } = await brokerWith(security);
      const file = path.join(temporaryFolder(), 'password');
      writeFileSync(file, `${user.password}\n`);
      const named = { IMGPIPE_KAFKA_USERNAME: user.username, IMGPIPE_KAFKA_SASL: 'plain' };
      const ways: Settings[] = [
        { ...named, IMGPIPE_KAFKA_PASSWORD: user.password },
        { ...named, IMGPIPE_KAFKA_SASL: 'scram-sha-256', IMGPIPE_KAFKA_PASSWORD_FILE: file },
        { ...named, IMGPIPE_KAFKA_SASL: 'scram-sha-512', IMGPIPE_KAFKA_PASSWORD_FILE: file },
      ];
      for (const way of ways) {
        const served = await run(way);
        expect(served, way['IMGPIPE_KAFKA_SASL']).toMatchObject({ status: 0 });
        expect(served.stdout + served.stderr).not.toContain(user.password);
        const refused = await run({ ...way, IMGPIPE_KAFKA_PASSWORD_FILE: '', IMGPIPE_KAFKA_PASSWORD: 'not-the-one' });
        expect(refused.status, way['IMGPIPE_KAFKA_SASL']).toBe(2);
        expect(refused.stderr).toMatch(/^imgpipe: broker kafka:\S+ lets this client not in .*kafka_username/m);
        expect(refused.stderr).not.toContain('not-the-one');
      }
    },
  );
});
