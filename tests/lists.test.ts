import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { METRICS, type MetricDescription } from '../agent/metrics.ts';
import { houseSvg, layerImports } from '../scripts/house.ts';
import { environmentIds, withLists } from '../scripts/lists.ts';
import { messagesDocument } from '../scripts/messages.ts';
import { ALERTS, alertOf } from '../server/protocol/alerts.ts';
import { ERRORS } from '../server/protocol/errors.ts';
import { REWARD_CHARTS, RUN_CHARTS } from '../trainer-ui/learning/charts.ts';
import { root, sourceFiles } from './setup/sources.ts';

const spec = readFileSync(join(root, 'docs/SPEC.md'), 'utf8');
const sources = sourceFiles('agent', 'experiments', 'server').filter(
  (file) => !['agent/metrics.ts', 'server/protocol/errors.ts'].includes(file.path),
);
const text = sources.map((file) => file.text).join('\n');

test('[ARCH-8] the tables of docs/SPEC.md are those of the code (npm run docs)', () => {
  expect(withLists(spec)).toBe(spec);
});

test('[API-4] docs/messages.md is made of the schemas (npm run docs)', () => {
  expect(readFileSync(join(root, 'docs/messages.md'), 'utf8')).toBe(messagesDocument());
});

test('[PY-1] the Python package registers every environment (npm run docs)', () => {
  const listed = readFileSync(join(root, 'python/src/reins/environments.json'), 'utf8');
  expect(listed).toBe(environmentIds());
});

test('[ARCH-8] METRICS says in which chart each metric is drawn', () => {
  const listed = Object.entries(METRICS).flatMap(([name, metric]: [string, MetricDescription]) =>
    metric.drawn === undefined ? [] : [`${name}: ${metric.drawn}`],
  );
  const drawn = [...RUN_CHARTS, ...REWARD_CHARTS].flatMap((chart) =>
    chart.series.map((series) => `${series.metric}: ${chart.title}`),
  );
  expect(listed.sort()).toEqual(drawn.sort());
});

test('[ARCH-8] what is listed is produced, reserved names apart', () => {
  const names = [...Object.keys(METRICS), ...Object.keys(ERRORS)];
  // The parts that are filled in are written as `${…}` where they are produced.
  const produced = (name: string) => {
    const pattern = name.split(/\{\w+\}/).join('\\$\\{\\w+\\}');
    return new RegExp(`['\`]${pattern}['\`]`).test(text);
  };
  expect(names.filter((name) => !produced(name))).toEqual([]);
});

test('[ARCH-8] an alert has its words filled in', () => {
  const alert = alertOf('rollout-{n}', { n: 2, seconds: 0.5 });
  expect([alert.id, alert.code, alert.severity]).toEqual(['rollout-2', 'actor-died', 'warning']);
  expect(alert.tip).toBe('It is started again in 0.5 s; the live simulation goes on.');
  expect(alert.message).toBe(ALERTS['rollout-{n}'].meaning);
});

test('[ARCH-10] the picture of the house shows the imports as they are (npm run docs)', () => {
  const house = sourceFiles('sim', 'agent', 'experiments', 'server', 'cli', 'trainer-ui');
  const pairs = layerImports(house).map((pair) => pair.join(' -> '));
  expect(pairs).toContain('agent -> sim');
  expect(pairs).not.toContain('sim -> agent');
  expect(readFileSync(join(root, 'docs/images/house.svg'), 'utf8')).toBe(houseSvg(house));
});

test('[ARCH-10] the files that CONTRIBUTING.md walks through exist', () => {
  const walks = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').split(/^## /m)[3] ?? '';
  const named = [...walks.matchAll(/`([a-z-]+\/[\w/.-]+\.tsx?)`/g)].map((match) => match[1]!);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
