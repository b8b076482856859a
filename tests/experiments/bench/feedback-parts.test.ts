import fc from 'fast-check';
import { expect, test } from 'vitest';
import { overridesOf, planRuns, runKey } from '../../../experiments/bench/feedback/plan.ts';
import { drawPlots } from '../../../experiments/bench/feedback/plots.ts';
import type { Row } from '../../../experiments/bench/feedback/rows.ts';
import { barsOf, defaultGrid, suiteGrids } from '../../../experiments/bench/feedback/suites.ts';
import { normalise, summariseCells } from '../../../experiments/bench/feedback/summary.ts';
import { barPlot, linePlot, ticks } from '../../../experiments/bench/feedback/svg.ts';
import { trainTeacher } from '../../../experiments/bench/feedback/teachers.ts';
import { parseXml } from '../../cli/xml.ts';

const overrides = { ...defaultGrid, ...suiteGrids.overrides, seeds: 2 };

/** Rows of a grid as a bench would leave them; `value` is score and training cost alike. */
function rowsOf(grid: typeof defaultGrid, value: (key: string, seed: number) => number): Row[] {
  return planRuns(grid).runs.map((spec) => {
    const score = value(spec.kind === 'run' ? spec.preset : spec.kind, spec.seed);
    const measured = { return: score, success: score, cost: 0, metrics: {} };
    return {
      key: runKey(spec),
      spec,
      commit: 'c0ffee',
      before: spec.kind === 'expert' ? null : { ...measured, return: 10, success: 0 },
      after: measured,
      environmentSteps: 200,
      expertSteps: 30,
      takeovers: 2,
      labels: spec.budget,
      trainingCost: 5,
      updates: 0,
      wallSeconds: 1,
      accuracy: null,
      ceiling: null,
      pearson: null,
      curve: [
        { step: 100, expertSteps: 20, takeovers: 1, labels: 0, cost: 4, alarm: false },
        { step: 200, expertSteps: 30, takeovers: 2, labels: 0, cost: 5, alarm: false },
      ],
      policy: '',
    };
  });
}

test('[CLI-12] scores are shares of what the same learner gains on the true reward', () => {
  const grid = { ...defaultGrid, tasks: ['reacher'], presets: ['pebble'], seeds: 4, budgets: [50] };
  const rows = rowsOf(grid, (key, seed) => (key === 'reward' ? 110 : 10 + 20 * seed));
  const [cell] = summariseCells(rows);
  expect(cell).toMatchObject({ untrained: 10, reference: 110, referenceKind: 'reward', seeds: 4 });
  expect(cell!.raw.iqm).toBe(60); // of 30, 50, 70, 90
  expect(cell!.normalised!.iqm).toBeCloseTo(0.5, 12);
  expect(cell!.normalised!.low).toBeGreaterThanOrEqual(0.2);
  expect(cell!.normalised!.high).toBeLessThanOrEqual(0.8);
  expect(cell!.normalised!.low).toBeLessThan(cell!.normalised!.high);
  const [bar] = barsOf('preferences', [cell!]);
  expect(bar).toMatchObject({ need: 0.7, met: false, interval: cell!.normalised });
});

test('[CLI-12] lines are named by what differs among them', () => {
  const grid = { ...defaultGrid, presets: ['pebble'], seeds: 1, budgets: [50, 100] };
  const names = (change: Partial<typeof defaultGrid>) => {
    const rows = rowsOf({ ...grid, ...change }, () => 50);
    const plot = drawPlots(summariseCells(rows), rows).find(({ id }) => id === 'labels-reacher')!;
    return [...plot.svg.matchAll(/<text[^>]*>([a-z0-9·’ -]+)<\/text>/g)].map(([, name]) => name);
  };
  expect(names({})).toContain('pebble');
  expect(names({ queries: ['uniform', 'k-centre'] })).toEqual(
    expect.arrayContaining(['uniform', 'k-centre']),
  );
  expect(names({ presets: ['pebble', 'rime'], teachers: ['oracle', 'mistake-30'] })).toEqual(
    expect.arrayContaining(['pebble · oracle', 'rime · mistake-30']),
  );
});

test('[CLI-12] a reference that learned nothing divides nothing', () => {
  expect(normalise([1, 2], 5, 5)).toBeNull();
  expect(normalise([1, 2], 5, 4)).toBeNull();
  expect(normalise([1, 2], 0, null)).toBeNull();
  expect(normalise([1, 2], 0, 2)!.mean).toBeCloseTo(0.75, 12);
});

test('[CLI-12] operators are measured by success against the expert, on the same episodes', () => {
  const rows = rowsOf(overrides, (key) => (key === 'expert' ? 0.9 : 0.45));
  const cells = summariseCells(rows);
  expect(cells).toHaveLength(11);
  for (const cell of cells) {
    expect(cell).toMatchObject({ score: 'success', referenceKind: 'expert', reference: 0.9 });
    expect(cell.normalised!.iqm).toBeCloseTo(0.5, 12);
  }
  expect(barsOf('overrides', cells).map((b) => [b.need, b.met])).toEqual([
    [0.95, false],
    [1200, true],
    [0, true], // as good as its parts
  ]);
  const plots = drawPlots(cells, rows);
  expect(plots.map((p) => p.id)).toEqual(['bars-driving', 'takeovers-driving', 'cost-driving']);
  for (const { svg } of plots) expect(parseXml(svg)).toBe('svg');
});

test('[CLI-12] a noisy teacher is compared with the same preset and clean answers', () => {
  const grid = { ...defaultGrid, ...suiteGrids.noise, tasks: ['reacher'], seeds: 1 };
  const rows = rowsOf(grid, () => 110).map((row) =>
    row.spec.teacher === 'mistake-30' ? { ...row, after: { ...row.after, return: 95 } } : row,
  );
  const bars = barsOf('noise', summariseCells(rows));
  expect(bars.map((b) => [b.measured, b.met])).toEqual([
    [0.85, true],
    [0.85, true],
  ]);
});

test('[CLI-12] what noise leaves has an interval over the seeds of both sides', () => {
  const grid = { ...defaultGrid, ...suiteGrids.noise, tasks: ['reacher'], presets: ['rime'] };
  const rows = rowsOf({ ...grid, seeds: 6 }, (_, seed) => 100 + seed).map((row) =>
    row.spec.teacher === 'mistake-30'
      ? { ...row, after: { ...row.after, return: 60 + 5 * row.spec.seed } }
      : row,
  );
  const [bar] = barsOf('noise', summariseCells(rows));
  // Untrained 10: noisy 77.5 of clean 103.5; at worst 65 of 106, at best 90 of 101.
  expect(bar!.measured).toBeCloseTo(67.5 / 93.5, 9);
  expect(bar!.interval!.low).toBeGreaterThan(55 / 96);
  expect(bar!.interval!.low).toBeLessThan(67.5 / 93.5);
  expect(bar!.interval!.high).toBeGreaterThan(67.5 / 93.5);
  expect(bar!.interval!.high).toBeLessThan(80 / 91);
});

test('[CLI-11] seeds may count from another than the first; runs keep their names', () => {
  const grid = { ...defaultGrid, presets: ['pebble'] };
  const keys = (seeds: number, firstSeed?: number) =>
    planRuns({ ...grid, seeds, ...(firstSeed === undefined ? {} : { firstSeed }) }).runs.map(
      runKey,
    );
  expect([...keys(2), ...keys(3, 3)].sort()).toEqual(keys(5).sort());
});

test('[CLI-11] the grid: references once per preset and seed, what does not fit is left out in words', () => {
  const grid = {
    ...defaultGrid,
    tasks: ['reacher', 'driving'],
    presets: ['pebble', 'hg-dagger'],
    teachers: ['oracle', 'density'] as const,
    budgets: [50, 200],
    queries: ['uniform', 'information'] as const,
    seeds: 3,
  };
  const { runs, leftOut } = planRuns(grid);
  const count = (kind: string) => runs.filter((run) => run.kind === kind).length;
  expect([count('run'), count('reward'), count('expert')]).toEqual([2 * 12 + 3, 6, 1]);
  expect(leftOut).toHaveLength(3);
  expect(new Set(runs.map(runKey)).size).toBe(runs.length);
  const reference = runs.find((run) => run.kind === 'reward')!;
  expect(overridesOf(reference)).toMatchObject({ learner: { rewardSource: 'environment' } });
  // An episode of reacher lasts 1 s: longer segments would never be asked about.
  const asked = runs.find((run) => run.kind === 'run' && run.task === 'reacher')!;
  expect(overridesOf(asked).queries).toEqual({ strategy: 'uniform', segmentSeconds: 0.5 });
});

test('[CLI-12] ticks are round, even, and cover what is drawn', () => {
  const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(number, number, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      fc.pre(high - low > 1e-3);
      const marks = ticks(low, high);
      const slack = (high - low) * 1e-6;
      expect(marks[0]!).toBeLessThanOrEqual(low + slack);
      expect(marks.at(-1)!).toBeGreaterThanOrEqual(high - slack);
      expect(marks.length).toBeGreaterThanOrEqual(2);
      expect(marks.length).toBeLessThanOrEqual(8);
    }),
  );
  expect(ticks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
});

test('[CLI-12] any finite range gets ticks: denormal, empty, huge', () => {
  const edge = fc.constantFrom(0, -0, 5e-324, -5e-324, 1e-310, 1e300, -1e300, 1e6, 1e6 + 1e-9);
  const number = fc.oneof(edge, fc.double({ min: -1e300, max: 1e300, noNaN: true }));
  fc.assert(
    fc.property(number, number, (a, b) => {
      const marks = ticks(Math.min(a, b), Math.max(a, b));
      expect(marks.length).toBeGreaterThanOrEqual(2);
      expect(marks.length).toBeLessThanOrEqual(12);
      expect(marks.every(Number.isFinite)).toBe(true);
    }),
  );
});

test('[CLI-12] every line of a plot looks different; bands are drawn where they do not hide each other', () => {
  const points = [0, 1].map((x) => ({ x, y: x, low: x - 1, high: x + 1 }));
  const plot = (n: number) =>
    linePlot({
      title: 't',
      x: 'x',
      y: 'y',
      series: Array.from({ length: n }, (_, i) => ({ name: `line ${i}`, points })),
    });
  const styles = [...plot(10).matchAll(/<polyline [^>]* stroke="([^"]*)" [^>]*?(dash[^>]*)?\/>/g)];
  expect(styles).toHaveLength(10);
  expect(new Set(styles.map(([, colour, dash]) => `${colour} ${dash}`)).size).toBe(10);
  expect(plot(3).match(/<polygon/g)).toHaveLength(3);
  expect(plot(10)).not.toContain('<polygon');
  expect(plot(3)).toMatch(/>-1</);
  expect(plot(10)).not.toMatch(/>-1</); // the axis covers what is drawn
});

test('[CLI-12] a single run has no interval', () => {
  const bar = (low: number, high: number) =>
    barPlot({ title: 't', x: 'x', bars: [{ name: 'b', value: 1, low, high }] });
  expect(bar(1, 1)).not.toContain('<path');
  expect(bar(0.5, 1.5)).toContain('<path');
});

test('[CLI-12] plots are well-formed whatever the names and numbers', () => {
  const number = fc.double({ min: -1e9, max: 1e9 }); // NaN too
  const point = fc.record({ x: number, y: number });
  const series = fc.array(fc.record({ name: fc.string(), points: fc.array(point) }), {
    maxLength: 10,
  });
  fc.assert(
    fc.property(fc.string(), series, (title, list) => {
      const svg = linePlot({ title, x: title, y: title, series: list });
      if (svg !== '') expect(parseXml(svg)).toBe('svg');
    }),
    { numRuns: 60 },
  );
  const bars = [{ name: '<a & "b">', value: -1, low: -2, high: 0.5 }];
  expect(parseXml(barPlot({ title: 't', x: 'x', bars, mark: 1 }))).toBe('svg');
  expect(barPlot({ title: 't', x: 'x', bars: [] })).toBe('');
  expect(linePlot({ title: 't', x: 'x', y: 'y', series: [] })).toBe('');
});

test('[CLI-44] every operator has its own reference, worst seed and comparison with the parts of reins', () => {
  const grid = {
    ...overrides,
    presets: ['reins', 'bc', 'pvp'],
    operators: ['expert', 'teacher'],
    seeds: 4,
  };
  const rows = rowsOf(
    grid,
    (key, seed) => ({ expert: 0.9, reins: 0.5, bc: 0.4, pvp: 0.2 })[key]! + seed / 100,
  );
  for (const row of rows)
    if (row.spec.operator === 'teacher' && row.spec.preset === 'pvp')
      Object.assign(row.after, { success: 0.6, collisionFreeSuccess: 0.55 });
  const cells = summariseCells(rows);
  expect(cells).toHaveLength(6);
  for (const cell of cells) expect(cell.reference).toBe(0.9); // seed 0
  const reins = cells.find((cell) => cell.preset === 'reins' && cell.operator === 'teacher')!;
  expect(reins).toMatchObject({ worst: 0.51, collisionFreeSuccess: null });
  expect(cells.find((cell) => cell.preset === 'pvp' && cell.operator === 'teacher')).toMatchObject({
    worst: 0.6,
    collisionFreeSuccess: 0.55,
  });
  const beyond = barsOf('overrides', cells).filter(({ text }) => text.includes('more than'));
  expect(beyond.map(({ text }) => text)).toEqual([
    'driving · reins · predicted-failure · expert: more than bc',
    'driving · reins · predicted-failure · teacher: more than pvp',
  ]);
  expect(beyond[0]!.measured).toBeCloseTo(0.1, 9);
  expect(beyond[0]!.interval!.low).toBeGreaterThan(0.06);
  expect(beyond[1]!.measured).toBeCloseTo(0.525 - 0.6, 9);
  expect(beyond[1]!.met).toBe(false);
});

test('[CLI-44] operators of a character are those of train with its settings', () => {
  expect(trainTeacher('bad-15')).toMatchObject({
    teachers: ['override'],
    teach: { override: { badShare: 0.15 } },
  });
  expect(trainTeacher('spot', { override: { minSeconds: 0.5 } }).teach).toEqual({
    override: { minSeconds: 0.5, safeSeconds: 0.1 },
  });
  const both = {
    ...overrides,
    presets: ['reins'],
    teachers: ['spot'],
    takeoverSeconds: 1,
  } as const;
  expect(() => planRuns(both)).toThrow(/minSeconds: is set by --takeover-seconds too/);
});

test('[RISK-10] the suite of risk has a bar for each figure, which says the worst seed; seeds without a figure are left out', () => {
  const grid = { ...defaultGrid, ...suiteGrids.risk, seeds: 4 };
  expect(planRuns(grid).runs.filter(({ kind, risk }) => kind === 'run' && risk)).toHaveLength(4);
  expect(planRuns(overrides).runs.some((spec) => 'risk' in spec)).toBe(false);
  const exam = (seed: number, auc: number | null) => ({
    takeovers: { auc, risky: auc === null ? 0 : 9, calm: 90 },
    failures: { auc: 0.9, risky: 5, calm: 500, ece: 0.01 * seed, rate: 0.02 },
  });
  const rows = rowsOf(grid, () => 1).map((row) =>
    row.spec.kind === 'run'
      ? {
          ...row,
          risk: exam(row.spec.seed, row.spec.seed === 4 ? null : 0.7 + 0.1 * row.spec.seed),
        }
      : row,
  );
  const bars = barsOf('risk', summariseCells(rows));
  expect(bars.map(({ need, most, met }) => [need, most, met])).toEqual([
    [0.85, false, true],
    [0.8, false, true],
    [0.1, true, true],
  ]);
  expect(bars[0]!.measured).toBeCloseTo(0.9, 10);
  expect(bars[0]!.text).toMatch(/worst of 3: 0\.80/);
  expect(bars[2]!.text).toMatch(/worst of 4: 0\.04/);
  const none = barsOf('risk', summariseCells(rowsOf(grid, () => 1)));
  expect(none.map(({ measured, met }) => [measured, met])).toEqual(Array(3).fill([null, false]));
});
