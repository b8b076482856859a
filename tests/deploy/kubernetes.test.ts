/** deploy/kubernetes: every manifest against the types and schemas of the Kubernetes API, and against the command line. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Service } from 'kubernetes-models/v1/Service';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { root } from '../setup/sources.ts';
import { expectCommand } from './reins-command.ts';

interface Manifest extends Pick<IDeployment, 'spec'> {
  readonly apiVersion: string;
  readonly kind: keyof typeof MODELS;
  readonly metadata: { readonly name: string };
}

const MODELS = {
  Deployment: { Model: Deployment, path: 'apps/v1/Deployment' },
  StatefulSet: { Model: StatefulSet, path: 'apps/v1/StatefulSet' },
  HorizontalPodAutoscaler: {
    Model: HorizontalPodAutoscaler,
    path: 'autoscaling/v2/HorizontalPodAutoscaler',
  },
  Service: { Model: Service, path: 'v1/Service' },
} as const;

const folder = join(root, 'deploy/kubernetes');
const manifests = readdirSync(folder).flatMap((name) =>
  parseAllDocuments(readFileSync(join(folder, name), 'utf8')).map(
    (document) => document.toJS() as Manifest,
  ),
);
const named = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;
const workloads = manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
const containersOf = ({ spec }: Manifest) => spec!.template.spec!.containers;

test('[DEPLOY-3] every manifest is as the schemas of the Kubernetes API have it', () => {
  expect(manifests.map(named).sort()).toEqual([
    'Deployment reins-actors',
    'Deployment reins-gateways',
    'HorizontalPodAutoscaler reins-actors',
    'HorizontalPodAutoscaler reins-gateways',
    'Service reins-gateways',
    'Service reins-learner',
    'Service reins-nats',
    'Service reins-postgres',
    'StatefulSet reins-learner',
    'StatefulSet reins-nats',
    'StatefulSet reins-postgres',
  ]);
  for (const manifest of manifests) {
    const { Model } = MODELS[manifest.kind];
    expect(manifest.apiVersion).toBe(Model.apiVersion);
    new Model(manifest as never).validate(); // throws, naming the field
  }
});

/** Errors of the compiler where manifests are literals of their types. */
function typeErrors(all: readonly Manifest[]): string {
  const artifacts = join(root, 'tests/.artifacts/manifests');
  mkdirSync(artifacts, { recursive: true });
  const file = join(artifacts, `${process.pid}.ts`);
  const lines = all.map(({ kind, ...rest }, i) => {
    const literal = JSON.stringify({ kind, ...rest });
    return `import type { I${kind} as T${i} } from 'kubernetes-models/${MODELS[kind].path}';\nexport const m${i}: T${i} = ${literal};`;
  });
  writeFileSync(file, lines.join('\n'));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--ignoreConfig',
  ];
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, file], { encoding: 'utf8' });
  rmSync(file);
  return stdout;
}

test('[DEPLOY-3] they have no field that the API does not know', () => {
  expect(typeErrors(manifests)).toBe('');
  const [first] = workloads;
  const misspelt = { ...first!, spec: { ...first!.spec!, replcas: 2 } };
  expect(typeErrors([misspelt])).toMatch(/replcas/);
});

test('[DEPLOY-3] commands, environment and images are those of reins', async () => {
  const own = workloads.flatMap(containersOf).filter(({ image }) => image === 'reins');
  expect(own.map(({ args }) => args?.[0]).sort()).toEqual(['actor', 'gateway', 'learner']);
  for (const { args = [], env = [] } of own)
    await expectCommand(
      args,
      env.map(({ name }) => name),
    );
});

test('[DEPLOY-3] what they name of each other is there', () => {
  const services = manifests.filter(({ kind }) => kind === 'Service').map((m) => m.metadata.name);
  for (const workload of workloads) {
    const { template, selector } = workload.spec!;
    expect(template.metadata!.labels, named(workload)).toMatchObject(selector.matchLabels!);
    const claims = (workload.spec as { volumeClaimTemplates?: { metadata: { name: string } }[] })
      .volumeClaimTemplates;
    const volumes = [
      ...(template.spec!.volumes ?? []).map(({ name }) => name),
      ...(claims ?? []).map(({ metadata }) => metadata.name),
    ];
    for (const { volumeMounts = [], env = [] } of containersOf(workload)) {
      expect(volumes).toEqual(expect.arrayContaining(volumeMounts.map(({ name }) => name)));
      for (const { value } of env) {
        const host = /^(?:nats|postgres):\/\/(?:.*@)?([\w-]+)/.exec(value ?? '')?.[1];
        if (host) expect(services).toContain(host);
      }
    }
  }
});
