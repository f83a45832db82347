import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { SETTINGS, variableOf } from '../../src/config/settings.ts';
import { ROOT } from '../support/imgpipe.ts';
import { readPage } from './pages.ts';

interface Container {
  readonly args: readonly string[];
  readonly livenessProbe?: { readonly exec: { readonly command: readonly string[] } };
  readonly readinessProbe?: { readonly httpGet: { readonly path: string; readonly port: string } };
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources: { readonly requests: object; readonly limits: object };
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

interface Deployment {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly replicas?: number;
    readonly strategy: { readonly type: string };
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: object;
        readonly containers: readonly [Container];
        readonly volumes: readonly { readonly name: string; readonly secret?: { readonly defaultMode: number } }[];
      };
    };
  };
}

interface ScaledObject {
  readonly spec: {
    readonly scaleTargetRef: { readonly name: string };
    readonly minReplicaCount: number;
    readonly maxReplicaCount: number;
    readonly triggers: readonly [{ readonly type: string; readonly metadata: Readonly<Record<string, string>> }];
  };
}

const text = readFileSync(path.join(ROOT, 'docs/guides/kubernetes.yaml'), 'utf8');
const documents = parseAllDocuments(text);
const objects = documents.map((document) => document.toJS() as { readonly kind: string });
const ofKind = <T>(kind: string) => objects.filter((object) => object.kind === kind) as unknown as readonly T[];
const onlyOf = <T>(kind: string) => {
  const [object] = ofKind<T>(kind);
  if (object === undefined) throw new Error(`there is no ${kind}`);
  return object;
};
const deployments = ofKind<Deployment>('Deployment');
const deployment = (name: string) => {
  const found = deployments.find(({ metadata }) => metadata.name === `imgpipe-${name}`);
  if (found === undefined) throw new Error(`there is no deployment imgpipe-${name}`);
  return found;
};
const podOf = ({ spec }: Deployment) => spec.template.spec;
const settings = onlyOf<{ readonly data: Readonly<Record<string, string>> }>('ConfigMap').data;
const secrets = onlyOf<{ readonly stringData: Readonly<Record<string, string>> }>('Secret').stringData;

describe('the manifest for Kubernetes', () => {
  it('is valid YAML, and has a deployment for each stage', () => {
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    const names = deployments.map(({ metadata }) => metadata.name).sort();
    expect(names).toEqual(['imgpipe-alert', 'imgpipe-analyze', 'imgpipe-receive', 'imgpipe-viewer']);
    for (const { spec } of deployments) expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
  });

  it('never runs two receivers', () => {
    expect(deployment('receive').spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });

  it.each(['receive', 'analyze', 'alert'])('restarts %s only if it is dead or hangs', (stage) => {
    const [{ args, livenessProbe }] = podOf(deployment(stage)).containers;
    expect(args[0]).toBe(stage);
    expect(livenessProbe?.exec.command).toEqual(['sh', '-c', `imgpipe status --alive ${stage} --quiet; test $? -ne 1`]);
  });

  it('asks the viewer whether it is ready', () => {
    const [{ args, readinessProbe, ports }] = podOf(deployment('viewer')).containers;
    expect(args.slice(0, 3)).toEqual(['serve', '--host', '0.0.0.0']);
    expect(readinessProbe?.httpGet).toEqual({ path: '/healthz', port: 'http' });
    expect(ports).toEqual([{ name: 'http', containerPort: 8000 }]);
  });

  it('runs each stage as the user of the image, without privileges and without a writable file system', () => {
    for (const each of deployments) {
      const pod = podOf(each);
      const [container] = pod.containers;
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 });
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources.limits).toHaveProperty('memory');
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30);
      const volumes = pod.volumes.map(({ name }) => name).sort();
      expect(container.volumeMounts.map(({ name }) => name).sort()).toEqual(volumes);
    }
  });

  it('gives secrets as files that the group of the pod may read, and every file that a setting names', () => {
    for (const each of deployments) {
      const mount = podOf(each).containers[0].volumeMounts.find(({ name }) => name === 'secrets');
      expect(mount).toMatchObject({ mountPath: '/run/secrets/imgpipe', readOnly: true });
      expect(podOf(each).volumes.find(({ name }) => name === 'secrets')?.secret?.defaultMode).toBe(0o440);
    }
    const named = Object.values(settings).flatMap((value) =>
      [...value.matchAll(/\/run\/secrets\/imgpipe\/([\w.-]+)/g)].map(([, file]) => file),
    );
    expect(named.length).toBeGreaterThan(3);
    expect(Object.keys(secrets)).toEqual(expect.arrayContaining(named));
  });

  it('sets only settings that there are', () => {
    const variables = Object.keys(settings).filter((name) => name.startsWith('IMGPIPE_'));
    expect(Object.values(SETTINGS).map(variableOf)).toEqual(expect.arrayContaining(variables));
  });

  it('scales the analyzers by the lag of their group, up to one for each partition', () => {
    const { spec } = onlyOf<ScaledObject>('ScaledObject');
    expect(spec.scaleTargetRef.name).toBe('imgpipe-analyze');
    expect(deployment('analyze').spec.replicas).toBeUndefined();
    expect(String(spec.maxReplicaCount)).toBe(settings['IMGPIPE_KAFKA_PARTITIONS']);
    expect(spec.minReplicaCount).toBe(1);
    const [{ type, metadata }] = spec.triggers;
    const guide = readPage('docs/guides/kafka.md').text;
    expect(type).toBe('kafka');
    for (const name of [metadata['topic'], metadata['consumerGroup']]) expect(guide).toContain(`\`${name}\``);
    expect(`kafka://${metadata['bootstrapServers']}`).toBe(settings['IMGPIPE_BROKER']);
  });
});
