import { readFileSync } from 'node:fs';
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startKafka } from '../support/kafka-cluster.ts';
import type { Security } from '../support/kafka-security.ts';
import { kafkajsClient } from '../support/kafkajs-client.ts';
import { whyNoKafka } from '../support/shared-kafka.ts';

const whyNone = await whyNoKafka();
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

async function startUntilEnd(security: Security) {
  const kafka = await startKafka({ security });
  onTestFinished(() => kafka.close());
  return { ...kafka, user: kafka.user ?? { username: '', password: '' } };
}

const pem = (file = '') => readFileSync(file, 'utf8');

/** Whether a client gets in. */
async function answer(address: string, options: Omit<KafkaConfig, 'brokers'>): Promise<string> {
  try {
    const { admin } = await kafkajsClient(address, { ...options, retry: { retries: 1 } });
    return `let in by ${(await admin.describeCluster()).brokers.length} broker`;
  } catch (error) {
    return (error as Error).message;
  }
}

describe.skipIf(whyNone !== undefined)(`a broker with security${whyNone ? ` (left out: ${whyNone})` : ''}`, () => {
  it('over TLS lets in who trusts its authority, and nobody else', async () => {
    const { address, caFile, client, user } = await startUntilEnd('tls');
    expect([client, user.username]).toEqual([undefined, '']);
    expect(await answer(address, { ssl: { ca: [pem(caFile)] } })).toBe('let in by 1 broker');
    expect(await answer(address, { ssl: true })).toMatch(/certificate/);
    expect(await answer(address, {})).not.toMatch(/let in/);
  });

  it('over TLS with certificates of clients lets in who has one', async () => {
    const { address, caFile, client } = await startUntilEnd('mutual-tls');
    const ca = [pem(caFile)];
    const own = { cert: pem(client?.certFile), key: pem(client?.keyFile) };
    expect(await answer(address, { ssl: { ca, ...own } })).toBe('let in by 1 broker');
    expect(await answer(address, { ssl: { ca } })).not.toMatch(/let in/);
  });

  it.each(['sasl', 'sasl-tls'] as const)(
    'with passwords lets in who has it, by each mechanism: %s',
    async (security) => {
      const { address, caFile, user } = await startUntilEnd(security);
      const ssl = caFile === undefined ? {} : { ssl: { ca: [pem(caFile)] } };
      for (const mechanism of MECHANISMS) {
        const sasl = { mechanism, ...user } as SASLOptions;
        expect(await answer(address, { ...ssl, sasl }), mechanism).toBe('let in by 1 broker');
        const wrong = { mechanism, ...user, password: 'wrong' } as SASLOptions;
        expect(await answer(address, { ...ssl, sasl: wrong }), mechanism).toMatch(/authentication/i);
      }
      expect(await answer(address, ssl)).not.toMatch(/let in/);
    },
  );
});
