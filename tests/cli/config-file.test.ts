import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listPresets } from '../../agent/presets/presets.ts';
import { configSchema } from '../../experiments/config-schema.ts';
import { jsonSchemaOf, parseConfig } from '../../sim/config.ts';
import { listEnvironments } from '../../sim/registry.ts';
import { root } from '../setup/sources.ts';
import { flagsOf, inProcess } from './in-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const shown = (path: string) => relative('.', path);

describe('an experiment as a file', () => {
  test('[CLI-26] its values are those of flags that are not typed', async () => {
    const file = write('experiment.json', {
      env: 'driving-easy',
      options: { lanes: 2, rays: 60 },
      preset: 'pebble',
      seed: 7,
      teacher: ['preference', 'scalar'],
      teach: { preference: { delay: 5, mistake: 0.1 } },
      steps: 500,
      counterfactuals: false,
      backend: 'wasm',
      reward: { members: 2 },
      queries: { strategy: 'uniform' },
    });
    expect(await flagsOf('train', '--config', file)).toMatchObject({
      env: 'driving-easy',
      option: { lanes: 2, rays: 60 },
      preset: 'pebble',
      seed: 7,
      teacher: ['preference', 'scalar'],
      teach: { preference: { delay: 5, mistake: 0.1 } },
      steps: 500,
      labels: 100,
      counterfactuals: false,
      backend: 'wasm',
      set: { reward: { members: 2 }, queries: { strategy: 'uniform' } },
    });
    const flags = ['--seed', '8', '--option', 'lanes=3', '--teacher', 'preference'];
    flags.push('--set', 'reward.members=4', '--teach', 'preference.delay=1', '--blocks', '2');
    const changed = await flagsOf('train', '--config', file, ...flags);
    expect(changed).toMatchObject({
      seed: 8,
      option: { lanes: 3, rays: 60, blocks: '2' },
      teacher: ['preference'],
      teach: { preference: { delay: 1, mistake: 0.1 } },
      set: { reward: { members: 4 }, queries: { strategy: 'uniform' } },
    });
  });

  test.each(['commonjs', 'module'])(
    '[CLI-26] in a folder of type %s it may be of TypeScript and extend others, relative to itself',
    async (type) => {
      write('package.json', { type });
      write('a.json', { seed: 1, steps: 10, reward: { weights: { rating: 2, reward: 3 } } });
      write('b.ts', 'export default { steps: 20 as number, reward: { weights: { rating: 4 } } };');
      const file = write('c.json', {
        extends: ['./a.json', './b.ts'],
        reward: { members: 2 },
        preset: 'pebble',
      });
      expect(await flagsOf('train', '--config', file)).toMatchObject({
        seed: 1,
        steps: 20,
        set: { reward: { members: 2, weights: { rating: 4, reward: 3 } } },
      });
    },
  );

  test('[CLI-26] files that extend each other are refused with the chain; a diamond is none', async () => {
    const a = write('a.json', { extends: 'b.json' });
    const b = write('b.json', { extends: ['a.json'] });
    const { code, text, err } = await inProcess('train', '--config', a);
    expect([code, text]).toEqual([2, '']);
    expect(err).toBe(`error: config: extends itself: ${shown(a)} → ${shown(b)} → ${shown(a)}\n`);
    write('base.json', { seed: 3 });
    write('left.json', { extends: 'base.json' });
    write('right.json', { extends: 'base.json' });
    const diamond = write('diamond.json', { extends: ['left.json', 'right.json'] });
    expect(await flagsOf('train', '--config', diamond)).toMatchObject({ seed: 3 });
  });

  const refused: [Record<string, unknown>, string, string[]?][] = [
    [{ stepz: 1 }, 'stepz: unknown, allowed extends, env, '],
    [{ stepz: 1 }, '; did you mean steps?'],
    [{ blocks: 3 }, 'blocks: unknown'],
    [{ takeoverRule: 'density' }, 'takeoverRule: unknown'],
    [{ steps: 0 }, 'steps: is "0", allowed whole numbers 1 to 1000000000'],
    [{ steps: { n: 1 } }, 'steps: is {"n":1}, allowed'],
    [{ teacher: ['cat'] }, 'teacher: is "cat", allowed override'],
    [{ annotator: 'orcle' }, 'annotator: is "orcle", allowed '],
    [{ deterministic: 'yes' }, 'deterministic: is "yes", allowed true or false'],
    [{ reward: { membrs: 1 } }, 'reward.membrs: unknown, allowed members'],
    [{ reward: { weights: { rating: -1 } } }, 'reward.weights.rating: is -1, allowed 0 to'],
    [{ reward: 3 }, 'reward: is 3, allowed an object of members'],
    [{ queries: { strategy: 'guess' } }, 'queries.strategy: is "guess", allowed uniform'],
    [{ scheduler: { relabelRows: 0 } }, 'scheduler.relabelRows: is 0, allowed whole numbers 1'],
    [{ learner: { gama: 1 } }, 'learner.gama: unknown, allowed '],
    [{ options: { lane: 2 } }, 'options.lane: unknown, allowed map, blocks'],
    [{ options: { lanes: 9 } }, 'options.lanes: is 9, allowed whole numbers 1 to 5'],
    [{ teach: { preference: { delai: 1 } } }, 'teach.preference.delai: unknown, allowed '],
    [{ teach: { cat: {} } }, 'teach.cat: unknown, allowed preference, scalar, override'],
    [{ extends: 3 }, 'extends: is 3, allowed the path of a file, or a list of them'],
    [{ reward: { members: 2 } }, 'reward: unknown', ['--preset', 'hg-dagger']],
  ];
  test.each(refused)(
    '[CLI-26] %j is refused: file, field, value and what is allowed',
    async (...of) => {
      const [content, message, flags = []] = of;
      write('base.json', { ...content });
      const file = write('experiment.json', { extends: 'base.json', seed: 2 });
      const { code, text, err } = await inProcess('train', '--config', file, ...flags);
      expect([code, text]).toEqual([2, '']);
      expect(err).toContain(`error: ${shown(join(folder, 'base.json'))}: `);
      expect(err).toContain(message);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    },
  );

  test('[CLI-26] a file that is missing, broken or no object is refused by name', async () => {
    for (const [name, content, message] of [
      ['missing.json', undefined, /missing.json" cannot be read/],
      ['broken.json', '{', /broken.json: .*JSON/],
      ['list.json', '[]', /list.json: is \[\], allowed an object/],
      ['none.ts', 'export const a = 1;', /none.ts: is undefined, allowed an object/],
      ['throws.ts', 'throw new Error("no luck");', /throws.ts: cannot be loaded: no luck/],
      ['proto.json', '{"__proto__": {"seed": 1}}', /proto.json: __proto__: unknown/],
    ] as const) {
      const file = content === undefined ? join(folder, name) : write(name, content);
      const { code, err } = await inProcess('train', '--config', file);
      expect(code).toBe(2);
      expect(err).toMatch(message);
    }
  });

  test('[CLI-26] what a flag says badly is not laid at the file’s door', async () => {
    const file = write('experiment.json', { preset: 'pebble', reward: { members: 2 } });
    const { err } = await inProcess('train', '--config', file, '--set', 'reward.members=99');
    expect(err).toBe('error: reward.members: is 99, allowed whole numbers 1 to 32\n');
  });

  test('[CLI-26] serve and bench feedback take files too', async () => {
    const base = write('base.json', { preset: 'pebble', options: { lanes: 2 } });
    expect(await flagsOf('serve', '--config', base, '--port', '0')).toMatchObject({
      preset: 'pebble',
      option: { lanes: 2 },
      port: 0,
    });
    const grid = write('grid.json', {
      tasks: ['reacher'],
      presets: ['pebble', 'rime'],
      budgets: [50, 200],
      strategies: ['uniform', 'preset'],
      queries: { segmentSeconds: 1 },
      teach: { preference: { delay: 2 } },
    });
    expect(await flagsOf('bench', 'feedback', '--config', grid, '--out', 'x')).toMatchObject({
      tasks: ['reacher'],
      presets: ['pebble', 'rime'],
      budgets: [50, 200],
      queries: ['uniform', 'preset'],
      set: { queries: { segmentSeconds: 1 } },
      teach: { preference: { delay: 2 } },
    });
    const wrong = write('wrong.json', { presets: ['pebble'], env: 'driving' });
    const { err } = await inProcess('bench', 'feedback', '--config', wrong, '--out', folder);
    expect(err).toContain('wrong.json: env: unknown, allowed extends, suite, tasks');
  });

  test('[CLI-27] a flag replaces the setting of the file that it is short for', async () => {
    const teach = { override: { rule: 'density', minSeconds: 3, delaySeconds: 1 } };
    const file = write('experiment.json', { teach });
    const flags = ['--takeover-rule', 'predicted-failure', '--takeover-seconds', '4'];
    expect(await flagsOf('train', '--config', file, ...flags)).toMatchObject({
      takeoverRule: 'predicted-failure',
      takeoverSeconds: 4,
      teach: { override: { delaySeconds: 1 } },
    });
    const { teach: left } = await flagsOf('train', '--config', file, ...flags);
    expect(left).toEqual({ override: { delaySeconds: 1 } });
  });
});

describe('two options that set the same thing', () => {
  test.each([
    [['train', '--map', 'SC', '--option', 'map=CS'], 'map: is SC by --map and CS by --option'],
    [['serve', '--blocks', '2', '--option', 'blocks=3'], 'blocks: is 2 by --blocks and 3'],
    [['eval', '--mjcf', 'a.xml', '--option', 'mjcf=b.xml'], 'mjcf: is a.xml by --mjcf and b.xml'],
    [
      ['bench', 'env', '--mjcf', 'a.xml', '--task', 'a.json', '--option', 'task=b.json'],
      'task: is a.json by --task and b.json by --option, allowed only one of the two',
    ],
    [['train', '--mjcf', 'a.xml', '--env', 'reacher'], 'env: is reacher, allowed mjcf with --mjcf'],
    [['train', '--task', 'a.json'], 'task: needs --mjcf'],
    [['presets', 'pebble', '--show', 'surf'], 'id: is pebble, and --show is surf, allowed only'],
    [
      ['train', '--takeover-seconds', '3', '--teach', 'override.minSeconds=4', '--steps', '1'],
      'teach.override.minSeconds: is set by --takeover-seconds too, allowed only one of the two',
    ],
  ])('[CLI-27] %j is refused', async (args, message) => {
    const { code, text, err } = await inProcess(...args);
    expect([code, text]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  test('[CLI-27] twice the same is no contradiction', async () => {
    const flags = ['--map', 'SC', '--option', 'map=SC', '--blocks', '3', '--option', 'blocks=3'];
    expect(await flagsOf('train', ...flags)).toMatchObject({ option: { map: 'SC', blocks: '3' } });
    const model = await flagsOf('train', '--mjcf', 'a.xml', '--env', 'mjcf', '--task', 'b.json');
    expect(model).toMatchObject({ env: 'mjcf', option: { mjcf: 'a.xml', task: 'b.json' } });
  });

  test('[CLI-27] bench feedback refuses them before its grid starts', async () => {
    const out = join(folder, 'bench');
    const bench = ['bench', 'feedback', '--out', out, '--tasks', 'driving-easy'];
    const override = ['--presets', 'hg-dagger', '--teachers', 'density'];
    for (const [args, message] of [
      [[...override, '--teach', 'override.rule=density'], /teach.override.rule: .* --teachers too/],
      [
        [...override, '--takeover-seconds', '3', '--teach', 'override.minSeconds=4'],
        /teach.override.minSeconds: is set by --takeover-seconds too/,
      ],
      [
        ['--presets', 'pebble', '--queries', 'uniform', '--set', 'queries.strategy=disagreement'],
        /queries.strategy: is disagreement, and --queries is uniform, allowed only one/,
      ],
      [['--presets', 'pebble', '--set', 'reward.membrs=2'], /reward.membrs: unknown/],
      [['--presets', 'hg-dagger', '--set', 'reward.members=2'], /hg-dagger has no reward model/],
    ] as const) {
      const { code, text, err } = await inProcess(...bench, ...args);
      expect([code, text]).toEqual([2, '']);
      expect(err).toMatch(message);
    }
  });
});

describe('what can be set', () => {
  test('[CLI-25] presets --show tells value, range, default and documentation of every field', async () => {
    const { text } = await inProcess('presets', '--show', 'pebble');
    expect(text).toMatch(
      /\* strategy: disagreement \(uniform, .*; default information\)\n +\S.*\./,
    );
    expect(text).toMatch(/ {4}members: 3 \(whole numbers 1 to 32\)\n/);
    const document = JSON.parse((await inProcess('presets', '--show', 'surf', '--json')).text);
    expect(document).toMatchObject({ preset: 'surf', learner: 'sac' });
    const reward = document.parts.find((part: { name: string }) => part.name === 'reward');
    const field = (name: string) =>
      reward.settings.find((setting: { name: string }) => setting.name === name);
    expect(field('surf')).toMatchObject({ changed: true, value: { ratio: 4 } });
    expect(field('members')).toMatchObject({
      value: 3,
      fallback: 3,
      changed: false,
      type: 'whole number',
      allowed: 'whole numbers 1 to 32',
      doc: expect.any(String),
    });
    expect(reward.schema.properties.members).toMatchObject({ minimum: 1, maximum: 32, default: 3 });
    expect(await inProcess('presets', '--show', 'nope')).toMatchObject({ code: 2, text: '' });
  });

  test('[CLI-25] envs --show tells it of an environment, changes of a variant as its defaults', async () => {
    const { text } = await inProcess('envs', '--show', 'driving-easy');
    expect(text).toMatch(/mapSeed: 5 \(whole numbers 0 to \d+\)/);
    expect((await inProcess('envs', '--show', 'mjcf')).text).toMatch(
      /mjcf: must be given \(the path/,
    );
    const { env, settings, schema } = JSON.parse(
      (await inProcess('envs', '--show', 'reacher', '--json')).text,
    );
    expect([env, settings[0].name]).toEqual(['reacher', 'controlCost']);
    expect(schema.properties.controlCost).toMatchObject({ minimum: 0, default: 1 });
    expect(await inProcess('envs', '--show', 'nope')).toMatchObject({ code: 2, text: '' });
  });

  test('[CLI-25] there is one schema for each preset in each environment', () => {
    for (const { id } of listPresets()) {
      const schema = configSchema(id, 'driving-easy');
      expect(jsonSchemaOf(schema)).toMatchObject({ properties: { options: {}, scheduler: {} } });
      expect(parseConfig('', schema, {})).toMatchObject({ options: { mapSeed: 5 } });
    }
    for (const { id } of listEnvironments())
      expect(Object.keys(configSchema('reins', id).shape)).toContain('options');
  });
});

/** Blocks of the page by the file that the line before them names. */
const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8');

test('[CLI-26] the examples of docs/configuration.md are taken as the page says', async () => {
  const files = [...page.matchAll(/^`([\w.-]+)`:\n+```\w+\n(.*?)^```/gms)];
  const named = files.map(([, name]) => name);
  expect(named).toEqual(['base.json', 'experiment.ts', 'grid.json', 'lab.json']);
  for (const [, name, content] of files) write(name!, content!);
  const commands = [...page.matchAll(/^reins (.*)$/gm)].map(([, words]) =>
    words!
      .split(' ')
      .map((word) => (files.some(([, f]) => f === word) ? join(folder, word) : word)),
  );
  expect(commands.length).toBeGreaterThan(4);
  for (const args of commands) {
    if (args.includes('--show')) expect((await inProcess(...args)).code).toBe(0);
    else expect(await flagsOf(...args)).not.toEqual({});
  }
  const experiment = join(folder, 'experiment.ts');
  expect(await flagsOf('train', '--config', experiment)).toMatchObject({
    env: 'driving-easy',
    option: { horizon: 400 },
    preset: 'pvp',
    seed: 1,
    teacher: ['override'],
    teach: { override: { minSeconds: 3 } },
    set: { learner: { gamma: 0.98, batchSize: 128 } },
  });
  expect(await flagsOf('serve', '--config', join(folder, 'lab.json'))).toMatchObject({
    ...{ allowHost: ['lab.example.org'], oidcIssuer: new URL('https://login.example.org') },
    oidcAdmit: [
      { role: 'supervisor', claim: 'email', value: 'ada@lab.example.org' },
      { role: 'annotator', claim: 'groups', value: 'labellers' },
    ],
  });
  const out = join(folder, 'p.policy');
  const short = ['--steps', '40', '--eval-episodes', '1', '--backend', 'wasm', '--out', out];
  const { code, err, text } = await inProcess('train', '--config', experiment, ...short, '--json');
  expect(code, err).toBe(0);
  expect(JSON.parse(text)).toMatchObject({
    env: 'driving-easy',
    preset: 'pvp',
    environmentSteps: 40,
  });
});
