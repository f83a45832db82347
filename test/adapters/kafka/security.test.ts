import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { imgpipe } from '../../support/imgpipe.ts';
import { startKafka } from '../../support/kafka/kafka-cluster.ts';
import type { Security } from '../../support/kafka/kafka-security.ts';
import { whyNoKafka } from '../../support/kafka/shared-kafka.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const whyNone = await whyNoKafka();

type Settings = Record<string, string>;

/** A secured broker, and a function that runs the program on it with the right settings, overridden by `over`. */
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

describe.skipIf(whyNone !== undefined)(`a secured broker${whyNone ? ` (skipped: ${whyNone})` : ''}`, () => {
  it('with TLS serves clients that trust its authority, and names the setting to check to others', async () => {
    const { run } = await brokerWith('tls');
    expect(await run()).toMatchObject({ status: 0, stdout: expect.stringContaining('alert 2:') });
    const untrusting = await run({ IMGPIPE_KAFKA_TLS_CA: '' });
    expect(untrusting).toMatchObject({ status: 2, stdout: '' });
    expect(untrusting.stderr).toMatch(/^imgpipe: TLS handshake with broker kafka:\S+ failed .*kafka_tls_ca/m);
    expect((await run({ IMGPIPE_KAFKA_TLS: 'false', IMGPIPE_KAFKA_TLS_CA: '' })).status).toBe(4);
  });

  it('with mutual TLS serves clients that have a certificate', async () => {
    const { run } = await brokerWith('mutual-tls');
    expect((await run()).status).toBe(0);
    const anonymous = await run({ IMGPIPE_KAFKA_TLS_CERT: '', IMGPIPE_KAFKA_TLS_KEY: '' });
    expect(anonymous.status).toBe(2);
    expect(anonymous.stderr).toMatch(/^imgpipe: TLS handshake with broker kafka:\S+ failed /m);
  });

  it.each(['sasl', 'sasl-tls'] as const)(
    'with SASL serves clients that have the password, and never prints it: %s',
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
        expect(refused.stderr).toMatch(
          /^imgpipe: broker kafka:\S+ refused this client \(SASL_AUTHENTICATION_FAILED: .*kafka_username/m,
        );
        expect(refused.stderr).not.toContain('not-the-one');
      }
    },
  );
});
