import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { kafkaConnectionOf } from '../../src/config/kafka-connection.ts';
import { loadConfig } from '../../src/config/load.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function connection(settings: Record<string, unknown>) {
  const given = { broker: 'kafka://a:1,b:2', ...settings };
  return kafkaConnectionOf(loadConfig({ given, givenAs: 'name', env: {} }));
}

function fileOf(content: string): string {
  const file = path.join(temporaryFolder(), 'file');
  writeFileSync(file, content);
  return file;
}

const USER = { kafkaSasl: 'plain', kafkaUsername: 'me' };

describe('the connection to Kafka', () => {
  it('is undefined for the embedded bus', () => {
    expect(connection({ broker: 'embedded' })).toBeUndefined();
  });

  it('has neither TLS nor SASL by default', () => {
    expect(connection({})).toMatchObject({ hosts: ['a:1', 'b:2'], prefix: '', tls: undefined, sasl: undefined });
  });

  it('contains the files that the settings name', () => {
    const [ca, cert, key] = [fileOf('CA'), fileOf('CERT'), fileOf('KEY')];
    expect(connection({ kafkaTls: true })?.tls).toEqual({});
    const all = { kafkaTls: true, kafkaTlsCa: ca, kafkaTlsCert: cert, kafkaTlsKey: key };
    expect(connection(all)?.tls).toEqual({ ca: 'CA', cert: 'CERT', key: 'KEY' });
  });

  it('prefers the first line of the password file to a given password', () => {
    const sasl = { mechanism: 'plain', username: 'me', password: 'from the file' };
    const kafkaPasswordFile = fileOf('from the file\r\nmore\n');
    expect(connection({ ...USER, kafkaPasswordFile, kafkaPassword: 'given' })?.sasl).toEqual(sasl);
    expect(connection({ ...USER, kafkaPassword: 'given' })?.sasl).toEqual({ ...sasl, password: 'given' });
  });

  it('reads the password without a byte order mark', () => {
    const sasl = { mechanism: 'plain', username: 'me', password: 'geheim' };
    expect(connection({ ...USER, kafkaPasswordFile: fileOf('\ufeffgeheim\n') })?.sasl).toEqual(sasl);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'the file of the password is a device',
      { ...USER, kafkaPasswordFile: '/dev/zero' },
      /^kafka_password_file: the file \/dev\/zero cannot be read: it is a pipe or a device: use a regular file$/,
    ],
    ['a password is missing', USER, /^kafka_password_file: .* IMGPIPE_KAFKA_PASSWORD$/],
    ['the file of the password is empty', { ...USER, kafkaPasswordFile: '/dev/null' }, /^kafka_password_file: /],
    ['a user is missing', { kafkaSasl: 'plain', kafkaPassword: 'x' }, /^kafka_username: /],
    ['a user is given without a mechanism', { kafkaUsername: 'me' }, /^kafka_sasl: /],
    ['a certificate has no key', { kafkaTls: true, kafkaTlsCert: '/dev/null' }, /^kafka_tls_cert and kafka_tls_key: /],
    ['certificate authorities are named without TLS', { kafkaTlsCa: 'ca.pem' }, /^kafka_tls: /],
    [
      'a file does not exist',
      { kafkaTls: true, kafkaTlsCa: '/no/ca.pem' },
      /^kafka_tls_ca: the file \/no\/ca.pem .*ENOENT/,
    ],
  ])('is refused if %s, naming the setting', (_, settings, message) => {
    expect(() => connection(settings)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    expect(() => connection(settings)).toThrow(message);
  });

  it('never shows an invalid password', () => {
    const env = { IMGPIPE_KAFKA_PASSWORD: ' ' };
    expect(() => loadConfig({ given: {}, givenAs: 'flag', env })).toThrow(
      /^IMGPIPE_KAFKA_PASSWORD: the value is not valid: use a password$/,
    );
  });
});
