import { randomUUID } from 'node:crypto';
import path from 'node:path';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPipeline } from '../../../src/index.ts';
import { imgpipe } from '../../support/imgpipe.ts';
import { startKafka } from '../../support/kafka/kafka-cluster.ts';
import { whyNoKafka } from '../../support/kafka/shared-kafka.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const whyNone = await whyNoKafka();

const { CREATE, DELETE, DESCRIBE, READ, WRITE } = AclOperationTypes;
const { TOPIC, GROUP, CLUSTER } = AclResourceTypes;
const ADMIN = { username: 'admin', password: randomUUID() };
const USER = { username: 'camera', password: randomUUID() };

/** What a pipeline needs to run. */
const STAGES = [
  ...[READ, WRITE, CREATE, DESCRIBE].map((operation) => ({ on: TOPIC, operation })),
  ...[READ, DESCRIBE].map((operation) => ({ on: GROUP, operation })),
];

type Rule = { readonly on: AclResourceTypes; readonly operation: AclOperationTypes; readonly deny?: true };

/** A broker that allows the user of the pipeline only what is granted. */
async function guardedBroker() {
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  const users = [ADMIN, USER].map(({ username, password }) => `user_${username}="${password}"`).join(' ');
  const kafka = await startKafka({
    security: 'sasl',
    properties: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS;User:admin',
      'listener.name.clients.plain.sasl.jaas.config': `${login} ${users};`,
    },
  });
  onTestFinished(() => kafka.close());
  const admin = new Kafka({
    brokers: [kafka.address.replace('kafka://', '')],
    logLevel: logLevel.NOTHING,
    sasl: { mechanism: 'plain', ...ADMIN },
  }).admin();
  await admin.connect();
  onTestFinished(() => admin.disconnect());

  const grant = async (prefix: string, rules: readonly Rule[]) => {
    const acl = rules.map(({ on, operation, deny }) => ({
      resourceType: on,
      resourceName: on === CLUSTER ? 'kafka-cluster' : prefix,
      resourcePatternType: on === CLUSTER ? ResourcePatternTypes.LITERAL : ResourcePatternTypes.PREFIXED,
      principal: `User:${USER.username}`,
      host: '*',
      operation,
      permissionType: deny ? AclPermissionTypes.DENY : AclPermissionTypes.ALLOW,
    }));
    await admin.createAcls({ acl });
    // The controller has them; the broker follows it a little later.
    for (const { permissionType, ...rule } of acl) {
      const found = async () => (await admin.describeAcls({ ...rule, permissionType })).resources;
      await expect.poll(found).not.toEqual([]);
    }
  };
  const settings = (prefix: string) =>
    ({
      data: path.join(temporaryFolder(), 'data'),
      broker: kafka.address,
      topicPrefix: prefix,
      kafkaSasl: 'plain',
      kafkaUsername: USER.username,
      kafkaPassword: USER.password,
    }) as const;
  /** A program's pipeline with all that stages need, and these rules too. */
  const pipelineWith = async (rules: readonly Rule[], given = STAGES) => {
    const prefix = `t-${randomUUID()}.`;
    if (given.length + rules.length > 0) await grant(prefix, [...given, ...rules]);
    const pipeline = await createPipeline({ ...settings(prefix), count: 4 });
    onTestFinished(() => pipeline.close());
    return { pipeline, prefix };
  };
  return { admin, address: kafka.address, grant, settings, pipelineWith };
}

describe.skipIf(whyNone !== undefined)(`a broker that authorizes${whyNone ? ` (skipped: ${whyNone})` : ''}`, () => {
  it('serves a user that may neither describe configurations nor delete', async () => {
    const { pipelineWith } = await guardedBroker();
    const { pipeline } = await pipelineWith([]);
    expect(await pipeline.run()).toMatchObject({ images: 4, alerts: expect.any(Number) });
    // The topics exist now, and are checked.
    expect(await pipeline.run()).toMatchObject({ images: 4 });
    expect(await pipeline.status({ check: true })).toMatchObject({ lost: 0, waiting: { analysis: 0, alert: 0 } });
  });

  it('ends each stage with exit 2, naming what the user may not use', async () => {
    const { pipelineWith } = await guardedBroker();
    const nothing = await pipelineWith([], []);
    await expect(nothing.pipeline.receive()).rejects.toMatchObject({
      code: 'broker_refused',
      exit: 2,
      message: expect.stringMatching(/\(TOPIC_AUTHORIZATION_FAILED: .*kafka_username.* on topic t-\S+image_/),
    });
    const noGroup = await pipelineWith([{ on: GROUP, operation: READ, deny: true }]);
    await noGroup.pipeline.receive();
    await expect(noGroup.pipeline.analyze({ signal: AbortSignal.timeout(20_000) })).rejects.toMatchObject({
      code: 'broker_refused',
      message: expect.stringMatching(/\(GROUP_AUTHORIZATION_FAILED: .* on group t-\S+image_analysis_group$/),
    });
    const noWrite = await pipelineWith([{ on: TOPIC, operation: WRITE, deny: true }]);
    await expect(noWrite.pipeline.receive()).rejects.toMatchObject({
      code: 'broker_refused',
      message: expect.stringMatching(/\(TOPIC_AUTHORIZATION_FAILED: .* on topic t-\S+image_analysis$/),
    });
    const noRead = await pipelineWith([{ on: TOPIC, operation: READ, deny: true }]);
    expect(await noRead.pipeline.receive()).toMatchObject({ images: 4 });
    await expect(noRead.pipeline.analyze({ signal: AbortSignal.timeout(20_000) })).rejects.toMatchObject({
      code: 'broker_refused',
    });
  });

  it.each([
    ['topics', [{ on: GROUP, operation: DELETE }]],
    ['groups', [{ on: TOPIC, operation: DELETE }]],
  ] as const)('keeps a clean from changing anything if the user may not delete %s', async (_what, rules) => {
    const { admin, pipelineWith } = await guardedBroker();
    const { pipeline, prefix } = await pipelineWith(rules);
    await pipeline.run();
    await pipeline.receive();
    const before = await pipeline.status({ check: true });
    await expect(pipeline.clean()).rejects.toMatchObject({
      code: 'broker_refused',
      exit: 2,
      message: expect.stringMatching(/AUTHORIZATION_FAILED.*--keep-topics/),
    });
    expect(await pipeline.status({ check: true })).toEqual({ ...before, oldest_open: expect.anything() });
    expect((await admin.listTopics()).filter((topic) => topic.startsWith(prefix))).toHaveLength(4);
    await pipeline.clean({ keepTopics: true });
    expect(await pipeline.status()).toMatchObject({ images: 0 });
    await pipeline.run();
    expect(await pipeline.status({ check: true })).toMatchObject({ images: 4, lost: 0 });
  });

  it('lets a clean delete exactly the topics and groups of its pipeline', async () => {
    const { admin, grant, pipelineWith } = await guardedBroker();
    const { pipeline, prefix } = await pipelineWith([
      { on: TOPIC, operation: DELETE },
      { on: GROUP, operation: DELETE },
    ]);
    const others = [`${prefix}image_analysis_more`, `${prefix}image_analysis.copy`];
    await admin.createTopics({ topics: others.map((topic) => ({ topic })) });
    await grant(`${prefix}image_analysis_group.reader`, [{ on: GROUP, operation: READ }]);
    await pipeline.run();
    await admin.setOffsets({
      groupId: `${prefix}image_analysis_group.reader`,
      topic: others[0] ?? '',
      partitions: [{ partition: 0, offset: '0' }],
    });
    await pipeline.clean();
    expect((await admin.listTopics()).filter((topic) => topic.startsWith(prefix)).sort()).toEqual(others.sort());
    const { groups } = await admin.listGroups();
    expect(groups.map(({ groupId }) => groupId).filter((group) => group.startsWith(prefix))).toEqual([
      `${prefix}image_analysis_group.reader`,
    ]);
  });
});

describe.skipIf(whyNone !== undefined)('a session timeout that the broker does not allow', () => {
  it('ends the stage with exit 2 and the name of the setting', async () => {
    const kafka = await startKafka({ properties: { 'group.min.session.timeout.ms': '6000' } });
    onTestFinished(() => kafka.close());
    const env = { IMGPIPE_BROKER: kafka.address, IMGPIPE_KAFKA_SESSION_TIMEOUT: '2s' };
    const data = path.join(temporaryFolder(), 'data');
    expect((await imgpipe(['receive', '--count', '3', '--data', data], { env })).status).toBe(0);
    const { status, stderr } = await imgpipe(['analyze', '--drain', '--data', data], { env });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^imgpipe: kafka_session_timeout: broker kafka:\S+ refused it \(INVALID_SESSION_TIMEOUT: /m);
  });
});
