import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { partitionOf } from '../../bench/partition-of.ts';
import { javaProgram } from '../../kafka/java.ts';
import { downloadLibraries, KAFKA_VERSION } from '../../kafka/libraries.ts';
import { createNode } from '../../kafka/node.ts';
import { freePorts } from '../../kafka/ports.ts';
import { SETTINGS, variableOf } from '../../src/config/settings.ts';
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
  readonly secrets?: readonly string[];
}

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const compose = parse(read('docker-compose.kafka.yml'), { merge: true });
const services: Readonly<Record<string, Service>> = compose.services;
const { kafka, postgres, s3 } = services;
if (kafka === undefined || postgres === undefined || s3 === undefined)
  throw new Error('the compose file lacks a server');
const STAGES = ['receive', 'analyze', 'alert', 'viewer'];
const CLUSTER = ['receive-1', 'receive-2', 'analyze-1', 'analyze-2', 'alert', 'viewer'].map(
  (name) => `cluster-${name}`,
);
const named = (names: readonly string[]) =>
  Object.fromEntries(Object.entries(services).filter(([name]) => names.includes(name)));
const stages = named(STAGES);
const clusterStages = named(CLUSTER);
const allStages = { ...stages, ...clusterStages };
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
  it('starts only the broker, and the stages and the other servers with their profiles', () => {
    expect(kafka.profiles).toBeUndefined();
    expect(Object.keys(services).sort()).toEqual(['kafka', 'postgres', 's3', ...STAGES, ...CLUSTER].sort());
    for (const { profiles } of Object.values(stages)) expect(profiles).toEqual(['stages']);
    for (const { profiles } of [postgres, s3, ...Object.values(clusterStages)]) expect(profiles).toEqual(['cluster']);
  });

  it('runs the same versions of Kafka and PostgreSQL as the tests', () => {
    expect(kafka.image).toBe(`apache/kafka:${KAFKA_VERSION}`);
    const [, version] = /VERSION = '(\d+\.\d+)/.exec(read('test/support/postgres/binaries.ts')) ?? [];
    expect(postgres.image).toBe(`postgres:${version}`);
  });

  it('names a version of each image that it does not build', () => {
    for (const { image } of [kafka, postgres, s3]) expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?$/);
  });

  it('keeps the data of the servers in volumes', () => {
    expect(kafka.volumes).toEqual([`kafka:${kafka.environment['KAFKA_LOG_DIRS']}`]);
    expect(postgres.volumes).toEqual(['postgres:/var/lib/postgresql/data']);
    expect(s3.volumes).toEqual(['s3:/data']);
    expect(Object.keys(compose.volumes)).toEqual(['kafka', 'pipeline', 'postgres', 's3']);
  });

  it('has only keys that docker-compose 1.29 knows', () => {
    const known = ['version', 'services', 'networks', 'volumes', 'secrets', 'configs'];
    const top = Object.keys(compose).filter((key) => !key.startsWith('x-'));
    expect(top.filter((key) => !known.includes(key))).toEqual([]);
  });

  it('exposes the broker only to this machine and the other containers', () => {
    const own = listeners(kafka.environment['KAFKA_LISTENERS']);
    const advertised = listeners(kafka.environment['KAFKA_ADVERTISED_LISTENERS']);
    expect(kafka.ports).toEqual(['127.0.0.1:9092:9092']);
    expect([own['HOST'], advertised['HOST']]).toEqual([':9092', '127.0.0.1:9092']);
    expect([own['CONTAINERS'], advertised['CONTAINERS']]).toEqual([':19092', 'kafka:19092']);
    for (const { environment } of Object.values(allStages))
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
    const healthy = { condition: 'service_healthy' };
    for (const { depends_on: dependencies } of Object.values(stages)) expect(dependencies).toEqual({ kafka: healthy });
    for (const { depends_on: dependencies } of Object.values(clusterStages))
      expect(dependencies).toEqual({ kafka: healthy, postgres: healthy, s3: healthy });
    for (const { healthcheck } of [postgres, s3]) expect(healthcheck).toBeDefined();
  });

  it('runs the stages from the Dockerfile, with a grace period to stop', () => {
    for (const { build, init, stop_grace_period: grace } of Object.values(allStages)) {
      expect([build, init, grace]).toEqual(['.', true, '30s']);
    }
  });

  it('runs the stages on one data folder, and those of the cluster without one', () => {
    for (const { environment, volumes } of Object.values(stages)) {
      expect(environment['IMGPIPE_DATA']).toBe('/pipeline');
      expect(volumes).toEqual([`pipeline:${environment['IMGPIPE_DATA']}`]);
    }
    for (const { volumes } of Object.values(clusterStages)) expect(volumes).toBeUndefined();
  });

  it('gives the stages of the cluster the addresses and secrets of its servers', () => {
    const [, port] = /--port :(\d+) .* posix \/data$/.exec(s3.command?.join(' ') ?? '') ?? [];
    const [, bucket] = /^mkdir -p \/data\/(\S+) && exec /.exec(s3.command?.join(' ') ?? '') ?? [];
    for (const { environment } of Object.values(clusterStages)) {
      expect(environment).toMatchObject({
        IMGPIPE_CATALOG: `postgres://${postgres.environment['POSTGRES_USER']}@postgres:5432/${postgres.environment['POSTGRES_DB']}`,
        PGPASSWORD: postgres.environment['POSTGRES_PASSWORD'],
        IMGPIPE_STORE: `s3://${bucket}/pipeline`,
        IMGPIPE_STORE_ENDPOINT: `http://s3:${port}`,
        IMGPIPE_STORE_PATH_STYLE: 'true',
        AWS_ACCESS_KEY_ID: s3.environment['ROOT_ACCESS_KEY_ID'],
        AWS_SECRET_ACCESS_KEY: s3.environment['ROOT_SECRET_ACCESS_KEY'],
      });
    }
  });

  it('sets only variables that there are', () => {
    const names = Object.values(allStages).flatMap(({ environment }) => Object.keys(environment));
    const ours = names.filter((each) => each.startsWith('IMGPIPE_'));
    expect(Object.values(SETTINGS).map(variableOf)).toEqual(expect.arrayContaining(ours));
  });

  it('gives both analyzers of the cluster work', () => {
    const streams = ['cluster-receive-1', 'cluster-receive-2'].map((name) => services[name]?.command?.[2] ?? '');
    const analyzers = streams.map((stream) => Math.floor(partitionOf(stream, 6) / 3));
    expect(new Set(analyzers)).toEqual(new Set([0, 1]));
  });

  it('exposes PostgreSQL and S3 only to the other containers', () => {
    expect([postgres.ports, s3.ports]).toEqual([undefined, undefined]);
  });

  it('restarts the endless stages, and checks their health by their heartbeats', () => {
    for (const [name, service] of Object.entries(allStages)) {
      const stage = /(receive|analyze|alert|viewer)/.exec(name)?.[1] ?? '';
      const isEndless = stage !== 'receive';
      expect([name, service.restart]).toEqual([name, isEndless ? 'unless-stopped' : undefined]);
      if (!isEndless || stage === 'viewer') continue;
      expect(service.healthcheck?.test).toEqual(['CMD', 'imgpipe', 'status', '--alive', stage]);
    }
  });

  it('publishes a viewer to this machine alone, with a token, and checks its health by a request', () => {
    for (const viewer of [services['viewer'], services['cluster-viewer']]) {
      expect(viewer?.ports).toEqual(['127.0.0.1:8000:8000']);
      expect(viewer?.secrets).toEqual(['viewer-token']);
      expect(viewer?.command).toEqual(['serve', '--host', '0.0.0.0', '--token-file', '/run/secrets/viewer-token']);
      expect(viewer?.healthcheck?.test.join(' ')).toContain('http://127.0.0.1:8000/healthz');
    }
    expect(Object.keys(compose.secrets)).toEqual(['viewer-token']);
  });

  it.each([
    ['receive', ['--count', '0']],
    ['analyze', ['--drain']],
    ['alert', ['--drain']],
    ['cluster-receive-1', ['--count', '0']],
    ['cluster-receive-2', ['--count', '0']],
  ])('runs a valid command: %s', async (name, toEndImmediately) => {
    const { status, stderr } = await imgpipe([...(allStages[name]?.command ?? []), ...toEndImmediately], {
      env: { IMGPIPE_DATA: temporaryFolder(), IMGPIPE_WAIT: String(allStages[name]?.environment['IMGPIPE_WAIT']) },
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

  it('adds the SDK for an S3 store, in the version of the lock file', () => {
    expect(instructions.join('\n')).toMatch(
      /npm install --save-prod .* "@aws-sdk\/client-s3@\$\(node -p .*package-lock\.json/,
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
