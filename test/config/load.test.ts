import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, type Sources } from '../../src/config/load.ts';
import type { Setting } from '../../src/config/setting.ts';
import { SETTINGS, type SettingName, variableOf } from '../../src/config/settings.ts';
import { ImgpipeError } from '../../src/domain/errors.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function fileOf(content: string): string {
  const file = path.join(temporaryFolder(), 'imgpipe.json');
  writeFileSync(file, content);
  return file;
}

const THRESHOLDS = "a number of 0 or more, such as 2000, or with the technique 'changed' 400px or 0.1%";

function load(sources: Partial<Sources>) {
  return loadConfig({ given: {}, givenAs: 'flag', env: {}, ...sources });
}

function refusal(sources: Partial<Sources>): string {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof ImgpipeError && error.code === 'config_invalid') return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the configuration', () => {
  it('consists of defaults if nothing is given', () => {
    expect(load({})).toEqual({
      data: 'imgpipe-data',
      catalog: 'sqlite',
      catalogPasswordFile: '',
      store: 'files',
      storeEndpoint: '',
      storePathStyle: false,
      storeRegion: '',
      storeEncryption: 'none',
      storeKmsKey: '',
      broker: 'embedded',
      json: false,
      quiet: false,
      verbose: false,
      wait: false,
      noWait: false,
      asCopy: false,
      stream: 'default',
      count: 10,
      interval: 0,
      technique: 'l2',
      threshold: { value: 0 },
      mask: '',
      host: '127.0.0.1',
      port: 8000,
      tokenFile: '',
      allowHosts: '',
      metrics: 0,
      workers: 'auto',
      maxPictureTime: 30_000,
      maxPictureMemory: 1024,
      pictureCache: 80,
      maxMegapixels: 64,
      background: '#ffffff',
      damagedPictures: 'set_aside',
      timeFrom: '',
      maxFileMegabytes: 128,
      brokerTimeout: 4000,
      techniqueIdle: 86_400_000,
      objectWait: 60_000,
      topicPrefix: '',
      kafkaPartitions: 6,
      kafkaReplication: 1,
      kafkaRetention: 'forever',
      kafkaClientId: 'imgpipe',
      kafkaConnectTimeout: 3000,
      kafkaRequestTimeout: 15_000,
      kafkaSessionTimeout: 10_000,
      kafkaTls: false,
      kafkaTlsCa: '',
      kafkaTlsCert: '',
      kafkaTlsKey: '',
      kafkaSasl: 'none',
      kafkaUsername: '',
      kafkaPasswordFile: '',
      kafkaPassword: '',
    });
  });

  it('takes each field from the flags, else the variables, else the file, else the defaults', () => {
    const file = fileOf('{"data":"from the file","count":1,"threshold":1,"interval":"1ms"}');
    const env = { IMGPIPE_COUNT: '2', IMGPIPE_THRESHOLD: '2', IMGPIPE_DATA: undefined };
    expect(load({ given: { threshold: '3', count: undefined }, env, file })).toMatchObject({
      data: path.join(path.dirname(file), 'from the file'),
      count: 2,
      threshold: { value: 3 },
      interval: 1,
      stream: 'default',
    });
  });

  it('lets false and 0 override sources of lower precedence', () => {
    const file = fileOf('{"json":true,"count":5}');
    expect(load({ env: { IMGPIPE_JSON: 'false' }, given: { count: 0 }, file })).toMatchObject({
      json: false,
      count: 0,
    });
  });

  it('takes an empty variable for unset, whatever the setting', () => {
    const env = Object.fromEntries(Object.values(SETTINGS).map((setting) => [variableOf(setting), '']));
    expect(load({ env })).toEqual(load({}));
    const file = fileOf('{"json":true,"count":5,"mask":"/a.png"}');
    expect(load({ env, file })).toMatchObject({ json: true, count: 5, mask: '/a.png' });
  });

  const PATHS = [
    'data',
    'mask',
    'tokenFile',
    'kafkaTlsCa',
    'kafkaTlsCert',
    'kafkaTlsKey',
    'kafkaPasswordFile',
    'catalogPasswordFile',
  ] as const;

  it.each(PATHS)('reads %s in a file as relative to that file, and elsewhere as it is', (name) => {
    const { field } = SETTINGS[name];
    const relative = path.relative(process.cwd(), fileOf(JSON.stringify({ [field]: 'below/a' })));
    expect(load({ file: relative })[name]).toBe(path.resolve(path.dirname(relative), 'below/a'));
    expect(load({ file: fileOf(JSON.stringify({ [field]: '/a/b' })) })[name]).toBe('/a/b');
    expect(load({ env: { [variableOf({ field })]: 'below/a' } })[name]).toBe('below/a');
    expect(load({ given: { [name]: 'below/a' } })[name]).toBe('below/a');
  });

  it('reads every setting that names a file or a folder so', () => {
    const named = Object.entries<Setting<unknown>>(SETTINGS).filter(
      ([, { flag = '', help }]) => /<(file|folder)>$/.test(flag) || /^a (PEM )?file /.test(help),
    );
    expect(named.map(([name]) => name).sort()).toEqual([...PATHS].sort());
    expect(named.filter(([, { isPath }]) => isPath !== true)).toEqual([]);
  });

  it('leaves an unset path in a file unset', () => {
    expect(load({ file: fileOf('{"kafka_tls_ca":""}') }).kafkaTlsCa).toBe('');
  });

  it('does not wait if both wait and no_wait are set', () => {
    expect(load({ env: { IMGPIPE_WAIT: 'true', IMGPIPE_NO_WAIT: 'true' } })).toMatchObject({
      wait: false,
      noWait: true,
    });
  });

  it('derives flag and variable from the name of the field', () => {
    for (const { field, flag } of Object.values<Setting<unknown>>(SETTINGS)) {
      if (flag !== undefined) expect(flag.split(' ')[0]).toBe(`--${field.replaceAll('_', '-')}`);
      expect(variableOf({ field })).toBe(`IMGPIPE_${field.toUpperCase()}`);
    }
  });

  it.each<[SettingName, unknown, unknown]>([
    ['interval', '50ms', 50],
    ['interval', '1.5s', 1500],
    ['interval', '2m', 120_000],
    ['interval', '24h', 86_400_000],
    ['interval', 0, 0],
    ['objectWait', '0', 0],
    ['threshold', '1e-3', { value: 0.001 }],
    ['threshold', 12.5, { value: 12.5 }],
    ['threshold', '400px', { value: 400, unit: 'px' }],
    ['threshold', '0.1 %', { value: 0.1, unit: '%' }],
    ['workers', 'auto', 'auto'],
    ['workers', '0', 0],
    ['maxPictureTime', '1.5s', 1500],
    ['maxMegapixels', '0.25', 0.25],
    ['background', '#00FF7f', '#00ff7f'],
    ['damagedPictures', 'compare_whole', 'compare_whole'],
    ['timeFrom', 'mtime', 'mtime'],
    ['timeFrom', 'cam_%Y%m%d', 'cam_%Y%m%d'],
    ['count', '0', 0],
    ['json', '1', true],
    ['wait', 'true', true],
    ['broker', 'embedded', 'embedded'],
    ['broker', 'kafka://Kafka-1.example', 'kafka://Kafka-1.example:9092'],
    ['broker', 'kafka://a:1, b,[::1]:3', 'kafka://a:1,b:9092,[::1]:3'],
    ['topicPrefix', 'garden.', 'garden.'],
    ['kafkaRetention', '168h', 604_800_000],
    ['kafkaTls', 'true', true],
    ['stream', 'sky', 'sky'],
    ['data', ' a b ', ' a b '],
  ])('reads %s %j as %j', (name, given, read) => {
    expect(load({ given: { [name]: given } })[name]).toEqual(read);
  });
});

const A_BROKER = "'embedded', or a Kafka cluster such as kafka://localhost:9092 or kafka://a:9092,b:9092";

describe('an invalid value', () => {
  it.each<[SettingName, unknown, string]>([
    ['data', '', 'a folder'],
    ['data', '  ', 'a folder'],
    ['data', 'a\0b', 'a folder'],
    ['data', 7, 'a folder'],
    ['broker', 'localhost:9092', A_BROKER],
    ['broker', 'kafka://', A_BROKER],
    ['broker', 'kafka://a:0', A_BROKER],
    ['broker', 'kafka://a:65536', A_BROKER],
    ['broker', 'kafka://a:1,,b:2', A_BROKER],
    ['broker', 'kafka://a:1/topic', A_BROKER],
    ['topicPrefix', 'a b', "up to 100 of a-z, A-Z, 0-9, '.', '_' and '-', such as garden."],
    ['topicPrefix', 'a'.repeat(101), "up to 100 of a-z, A-Z, 0-9, '.', '_' and '-', such as garden."],
    ['kafkaPartitions', '0', 'a whole number from 1 to 10000'],
    ['kafkaReplication', '1.5', 'a whole number from 1 to 100'],
    ['kafkaRetention', '0h', "'forever', or hours such as 168h"],
    ['kafkaRetention', '7d', "'forever', or hours such as 168h"],
    ['kafkaSessionTimeout', '400ms', 'a time of 500ms or more, such as 5s'],
    ['kafkaSasl', 'gssapi', "'none' or 'plain' or 'scram-sha-256' or 'scram-sha-512'"],
    ['json', 'yes', 'true or false'],
    ['quiet', 1, 'true or false'],
    ['count', '-1', 'a whole number of 0 or more'],
    ['count', '1.5', 'a whole number of 0 or more'],
    ['count', 'many', 'a whole number of 0 or more'],
    ['count', '', 'a whole number of 0 or more'],
    ['count', null, 'a whole number of 0 or more'],
    ['count', '1e999', 'a whole number of 0 or more'],
    ['interval', '5', 'a time such as 50ms, 2s or 1m, at most 24h'],
    ['interval', '-1s', 'a time such as 50ms, 2s or 1m, at most 24h'],
    ['interval', '2 days', 'a time such as 50ms, 2s or 1m, at most 24h'],
    ['interval', '25h', 'a time such as 50ms, 2s or 1m, at most 24h'],
    ['technique', 'l1', "'l2' or 'changed'"],
    ['threshold', '-0.1', THRESHOLDS],
    ['threshold', 'NaN', THRESHOLDS],
    ['threshold', 'Infinity', THRESHOLDS],
    ['threshold', '', THRESHOLDS],
    ['threshold', '-1px', THRESHOLDS],
    ['threshold', '101%', THRESHOLDS],
    ['threshold', '5 levels', THRESHOLDS],
    ['threshold', '%', THRESHOLDS],
    ['threshold', null, THRESHOLDS],
    ['workers', '1.5', 'auto, or a whole number from 0 to 64'],
    ['maxPictureTime', '0', 'a time of 1ms or more, such as 5s'],
    ['timeFrom', 'cam', 'mtime, or a pattern with %Y, %m and %d, or with %s'],
    ['background', 'black', 'a colour of six hexadecimal digits, such as #000000'],
    ['damagedPictures', 'ignore', "'set_aside' or 'compare_whole'"],
    ['background', '#000', 'a colour of six hexadecimal digits, such as #000000'],
    ['maxMegapixels', 0, 'a number from 0.000001 to 1000'],
    ['maxFileMegabytes', '1025', 'a number from 0.000001 to 1024'],
    ['objectWait', 'long', 'a time such as 50ms, 2s or 1m, at most 24h'],
  ])('is refused with its field, the value and what is valid: %s %j', (name, value, valid) => {
    const { field } = SETTINGS[name];
    const rest = `: ${JSON.stringify(value)} is not valid: use ${valid}`;
    expect(refusal({ given: { [name]: value } })).toBe(`--${field.replaceAll('_', '-')}${rest}`);
    const file = fileOf(JSON.stringify({ [field]: value }));
    expect(refusal({ file })).toBe(`${file}: ${field}${rest}`);
    if (typeof value === 'string' && value !== '')
      expect(refusal({ env: { [variableOf({ field })]: value } })).toBe(`${variableOf({ field })}${rest}`);
  });

  it.each(['../x', '00001.jpg', ''])('is refused as the name of a stream: %j', (name) => {
    expect(refusal({ given: { stream: name } })).toContain(`stream: ${JSON.stringify(name)} `);
  });

  it('is refused if a flag of another setting is valid', () => {
    expect(refusal({ given: { count: 3 }, env: { IMGPIPE_THRESHOLD: 'x' } })).toContain('IMGPIPE_THRESHOLD: "x"');
  });
});

describe('a configuration file', () => {
  it('may hold no unknown setting', () => {
    const file = fileOf('{"data":"a","treshold":1}');
    expect(refusal({ file })).toMatch(
      /: unknown setting "treshold": did you mean threshold\? The settings are data, broker, .*threshold/,
    );
  });

  it.each([
    ['{"data": ', 'line 1, column 10'],
    ['', 'line 1, column 1'],
    ["{'data':1}", 'line 1, column 2'],
    ['{\n  "count": 1,\n}', 'line 3, column 1'],
    ['{\n  "data": secret\n}', 'line 2, column 11'],
    ['{"kafka_password": secret', 'line 1, column 20'],
    ['nope\n', 'line 1, column 2'],
  ])('must be JSON: %j', (content, place) => {
    const file = fileOf(content);
    expect(refusal({ file })).toBe(`${file} is not JSON: there is a syntax error in ${place}`);
  });

  it('may begin with a byte order mark', () => {
    const text = '{"count": 3}';
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
    for (const bytes of [`\ufeff${text}\r\n`, utf16, Buffer.from(utf16).swap16()]) {
      const file = path.join(temporaryFolder(), 'imgpipe.json');
      writeFileSync(file, bytes);
      expect(load({ file }).count).toBe(3);
    }
  });

  it.each(['[]', 'null', '"data"', '7'])('must hold one object: %s', (content) => {
    const file = fileOf(content);
    expect(refusal({ file })).toBe(`${file} must hold one JSON object, such as {"data": "pictures"}`);
  });

  it.each([
    ['does not exist', (folder: string) => path.join(folder, 'none.json'), 'ENOENT'],
    ['is a folder', (folder: string) => folder, 'EISDIR'],
  ])('that %s is named in the error', (_, of, code) => {
    const file = of(temporaryFolder());
    expect(refusal({ file })).toBe(`the configuration file ${file} cannot be read (${code})`);
  });

  it.runIf(process.platform === 'linux')('that is no regular file is refused at once', () => {
    const fifo = path.join(temporaryFolder(), 'fifo');
    execFileSync('mkfifo', [fifo]);
    for (const file of [fifo, '/dev/zero', '/dev/null']) {
      expect(refusal({ file })).toBe(
        `the configuration file ${file} cannot be read: it is a pipe or a device: use a regular file`,
      );
    }
  });

  it('of more than a megabyte is refused', () => {
    const file = fileOf(' '.repeat(2 ** 20 + 1));
    expect(refusal({ file })).toBe(`the configuration file ${file} cannot be read: it has more than 1 MiB`);
    expect(load({ file: fileOf(`{}${' '.repeat(2 ** 20 - 2)}`) })).toEqual(load({}));
  });

  it('is not read unless it is named', () => {
    expect(load({ file: undefined }).data).toBe('imgpipe-data');
  });
});

describe('a password in the address of a broker', () => {
  it.each([
    'kafka://me:secret@a:1,b:2',
    'kafka://a:1,me:secret@b:2',
    'kafka://me:se/secret@a:1',
    'kafka://me:se@secret@a:1',
    'kafka://me:"secret"@a:1',
    'kafka://me: secret @a:1',
    'kafka://secret@a:1',
    'kafka://me:secret',
    'kafka://a:1?password=secret',
    'kafka://a:1/topic?password=secret',
    'kafka://a:1#secret',
    'kafka://a:1;password=secret',
    'kafka://a:1/me/secret',
    'kafka://me:secret%40@a:1',
    'kafka+ssl://me:secret@a:1',
    'KAFKA://me:secret@a:1',
    'me:secret@a:1',
    'password=secret',
    '//me:secret@a',
  ])('is refused without being shown: %s', (broker) => {
    const message =
      'the value is not valid: use hosts and ports alone, such as kafka://a:9092,b:9092; the user and the password are kafka_username and kafka_password_file, or IMGPIPE_KAFKA_PASSWORD';
    expect(refusal({ given: { broker } })).toBe(`--broker: ${message}`);
    expect(refusal({ env: { IMGPIPE_BROKER: broker } })).toBe(`IMGPIPE_BROKER: ${message}`);
    const file = fileOf(JSON.stringify({ broker }));
    expect(refusal({ file })).toBe(`${file}: broker: ${message}`);
  });
});
