import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { javaProgram } from '../../kafka/java.ts';
import { downloadLibraries, KAFKA_VERSION } from '../../kafka/libraries.ts';
import { createNode } from '../../kafka/node.ts';
import { freePorts } from '../../kafka/ports.ts';
import { imgpipe, ROOT } from '../support/imgpipe.ts';
import { kafkajsClient } from '../support/kafka/kafkajs-client.ts';
import { whyNoKafka } from '../support/kafka/shared-kafka.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly build?: string;
  readonly init?: boolean;
  readonly ports?: readonly string[];
  readonly environment: Readonly<Record<string, string | number>>;
  readonly volumes: readonly string[];
  readonly command?: readonly string[];
  readonly depends_on?: unknown;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly stop_grace_period: string;
  readonly restart?: string;
}

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const compose = parse(read('docker-compose.kafka.yml'), { merge: true });
const services: Readonly<Record<string, Service>> = compose.services;
const { kafka, ...stages } = services;
if (kafka === undefined) throw new Error('the compose file has no service kafka');
const whyNone = await whyNoKafka();

/** Listeners or advertised listeners by name: their host and port. */
function listeners(text: unknown): Record<string, string> {
  return Object.fromEntries(
    [...String(text).matchAll(/(\w+):\/\/([^,]*)/g)].map(([, name, address]) => [name, address]),
  );
}

/** An image name without a host is of the default registry. */
function hasHost(image: string): boolean {
  return image.includes('/') && /[.:]|^localhost$/.test(image.split('/')[0] ?? '');
}

describe('the compose file', () => {
  it('starts only the broker, and the stages with their profile', () => {
    expect(kafka.profiles).toBeUndefined();
    expect(Object.keys(stages).sort()).toEqual(['alert', 'analyze', 'receive']);
    for (const { profiles } of Object.values(stages)) expect(profiles).toEqual(['stages']);
  });

  it('runs the same version of Kafka as the tests', () => {
    expect(kafka.image).toBe(`apache/kafka:${KAFKA_VERSION}`);
  });

  it('keeps the data of the broker in a volume', () => {
    expect(kafka.volumes).toEqual([`kafka:${kafka.environment['KAFKA_LOG_DIRS']}`]);
    expect(Object.keys(compose.volumes)).toEqual(['kafka', 'pipeline']);
  });

  it('exposes the broker only to this machine and the other containers', () => {
    const own = listeners(kafka.environment['KAFKA_LISTENERS']);
    const advertised = listeners(kafka.environment['KAFKA_ADVERTISED_LISTENERS']);
    expect(kafka.ports).toEqual(['127.0.0.1:9092:9092']);
    expect([own['HOST'], advertised['HOST']]).toEqual([':9092', '127.0.0.1:9092']);
    expect([own['CONTAINERS'], advertised['CONTAINERS']]).toEqual([':19092', 'kafka:19092']);
    for (const { environment } of Object.values(stages))
      expect(environment['IMGPIPE_BROKER']).toBe(`kafka://${advertised['CONTAINERS']}`);
  });

  it.skipIf(whyNone !== undefined)(
    `sets every variable that Kafka needs to start${whyNone ? ` (skipped: ${whyNone})` : ''}`,
    async () => {
      const libraries = await downloadLibraries(() => {});
      const folder = temporaryFolder();
      const [host = 0, containers = 0, controllers = 0] = await freePorts(3);
      const onFreePorts = (value: unknown) =>
        String(value)
          .replaceAll(':19092', `:${containers}`)
          .replaceAll(':9092', `:${host}`)
          .replaceAll(':9093', `:${controllers}`)
          .replaceAll('://:', '://127.0.0.1:');
      const variables = Object.entries(kafka.environment).map(([name, value]) => [name, onFreePorts(value)]);
      const node = createNode({
        libraries,
        folder: path.join(folder, 'node'),
        properties: propertiesOfImage(libraries, folder, Object.fromEntries(variables)),
        jvm: String(kafka.environment['KAFKA_HEAP_OPTS']).split(' '),
        format: ['-t', '5L6g3nShT-eMCtK--X86sw'],
        onLine: () => {},
      });
      onTestFinished(() => node.kill());
      await node.start();
      const { admin } = await kafkajsClient(`kafka://127.0.0.1:${host}`);
      const { brokers } = await admin.describeCluster();
      expect(brokers).toMatchObject([{ nodeId: 1, host: '127.0.0.1', port: host }]);
    },
  );

  it('checks the health of the broker by a request, and starts the stages once it is healthy', () => {
    expect(kafka.healthcheck?.test.join(' ')).toMatch(
      /kafka-broker-api-versions\.sh --bootstrap-server localhost:9092$/,
    );
    for (const { depends_on: dependencies } of Object.values(stages))
      expect(dependencies).toEqual({ kafka: { condition: 'service_healthy' } });
  });

  it('runs the stages from the Dockerfile on one data folder, with a grace period to stop', () => {
    for (const { build, init, environment, volumes, stop_grace_period: grace } of Object.values(stages)) {
      expect(build).toBe('.');
      expect(init).toBe(true);
      expect(volumes).toEqual([`pipeline:${environment['IMGPIPE_DATA']}`]);
      expect(environment['IMGPIPE_DATA']).toBe('/pipeline');
      expect(grace).toBe('30s');
    }
  });

  it('restarts the endless stages, and checks their health by their heartbeats', () => {
    for (const name of ['analyze', 'alert']) {
      expect(stages[name]?.restart).toBe('unless-stopped');
      expect(stages[name]?.healthcheck?.test).toEqual(['CMD', 'imgpipe', 'status', '--alive', name]);
    }
    expect(stages['receive']?.restart).toBeUndefined();
  });

  it.each([
    ['receive', ['--count', '0']],
    ['analyze', ['--drain']],
    ['alert', ['--drain']],
  ])('runs a valid command: %s', async (name, toEndImmediately) => {
    const { status, stderr } = await imgpipe([...(stages[name]?.command ?? []), ...toEndImmediately], {
      env: { IMGPIPE_DATA: temporaryFolder(), IMGPIPE_WAIT: String(stages[name]?.environment['IMGPIPE_WAIT']) },
    });
    expect(stderr).not.toContain('--help');
    expect(status).toBe(0);
  });

  it('names no registry', () => {
    expect(Object.values(services).filter(({ image }) => hasHost(image))).toEqual([]);
  });
});

describe('the Dockerfile', () => {
  const instructions = read('Dockerfile')
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line));
  const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));

  it('builds in one stage and runs in another, from slim images without a registry name', () => {
    const images = instructions.flatMap((line) => /^FROM (\S+)/.exec(line)?.[1] ?? []);
    expect(images).toEqual(['node:24-slim', 'node:24-slim']);
  });

  it('runs the packed package with its production dependencies only', () => {
    const [from] = lastStage.filter((line) => line.startsWith('COPY'));
    expect(from).toBe('COPY --from=build /opt/imgpipe /opt/imgpipe');
    expect(instructions.join('\n')).toMatch(
      /npm pack .*tar -xzf .* -C \/opt\/imgpipe .*npm ci --omit=dev --ignore-scripts/,
    );
  });

  it('runs as a user other than root that owns the data folder', () => {
    expect(lastStage.filter((line) => /^(USER|VOLUME|WORKDIR)/.test(line))).toEqual([
      'USER node',
      'WORKDIR /pipeline',
      'VOLUME /pipeline',
    ]);
    expect(lastStage.join('\n')).toContain('install -d -m 750 -o node -g node /pipeline');
    expect(lastStage.join('\n')).toMatch(/^ENV .*\bIMGPIPE_DATA=\/pipeline\b/m);
  });

  it('starts Node without a shell', () => {
    expect(lastStage).toContain('ENTRYPOINT ["node", "/opt/imgpipe/bin/imgpipe.js"]');
  });

  it('gets all files that the package is built from, and no others', () => {
    const sent = read('.dockerignore')
      .split('\n')
      .flatMap((line) => /^!(.+)/.exec(line)?.[1] ?? []);
    const packed: string[] = JSON.parse(read('package.json')).files;
    const made = ['dist', '!dist/cli'];
    for (const file of packed.filter((each) => !made.includes(each))) expect(sent, file).toContain(file.split('/')[0]);
    const compiled = [...read('package.json').matchAll(/-p (tsconfig\S*\.json)/g)].map(([, file]) => file);
    expect(compiled.length).toBeGreaterThan(1);
    expect(sent).toEqual(
      expect.arrayContaining(['src', 'kernel', 'build', 'tsconfig.json', 'package-lock.json', ...compiled]),
    );
    expect(read('.dockerignore').split('\n')).toContain('*');
  });
});

/** The properties that the image makes from its variables, by Kafka's own class for that. */
function propertiesOfImage(
  libraries: string,
  folder: string,
  variables: Record<string, string>,
): Readonly<Record<string, string>> {
  const folders = ['default', 'mounted', 'final'].map((name) => path.join(folder, name));
  for (const each of folders) mkdirSync(each);
  const [defaults = '', mounted = '', final = ''] = folders;
  writeFileSync(path.join(defaults, 'server.properties'), '');
  for (const log of ['log4j2.yaml', 'tools-log4j2.yaml'])
    writeFileSync(path.join(defaults, log), 'Configuration:\n  Properties: {}\n  Appenders: {}\n  Loggers: {}\n');
  const options = ['--default-configs-dir', defaults, '--mounted-configs-dir', mounted, '--final-configs-dir', final];
  const env = { ...process.env, ...variables, KAFKA_LOG_DIRS: path.join(folder, 'data'), CLUSTER_ID: 'unused' };
  const wrapper = ['kafka.docker.KafkaDockerWrapper', 'setup', ...options];
  execFileSync(javaProgram('java'), ['-cp', path.join(libraries, '*'), ...wrapper], { env, stdio: 'pipe' });
  const text = readFileSync(path.join(final, 'server.properties'), 'utf8');
  return Object.fromEntries([...text.matchAll(/^([^=]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
}
