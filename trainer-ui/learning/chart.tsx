/** A small streaming chart on uPlot. */
import { Paper, Text, Title, useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import type { MetricsPoint } from '../../server/protocol/index.ts';
import { type Hue, partsOf, type Series } from './charts.ts';
import { usePicked } from './picked.ts';

type Over = 'time' | 'steps';

const HEIGHT = 150;
const LEGEND_HEIGHT = 30;
/** Of the plot, so that charts with and without a legend are equally high. */
const plotHeight = (series: readonly Series[]) =>
  series.length > 1 ? HEIGHT - LEGEND_HEIGHT : HEIGHT;

export function Chart(props: {
  title: string;
  /** How to read it. */
  hint?: string;
  /** Metrics that begin so are told in words, as they are now. */
  parts?: string;
  series: readonly Series[];
  points: readonly MetricsPoint[];
  range?: readonly [number, number];
  empty: string;
  /** What is on the horizontal axis; the reader's clock. */
  over?: Over;
  /** Opens what a point is about. */
  onOpen?: (point: MetricsPoint) => void;
}) {
  const { title, hint, parts, series, points, range, empty, over = 'time', onOpen } = props;
  const known = points.some((p) => series.some((s) => p.values[s.metric] !== undefined));
  const { container, plot } = usePlot({ series, points, range, over, known });
  const last = points.findLast((p) => p.values[series[0]!.metric] !== undefined);
  const rows = useMemo(() => rowsOf(series, points), [series, points]);
  const picked = usePicked(plot, rows, known ? onOpen : undefined);
  return (
    <Paper p="sm" className="card" withBorder component="section" aria-label={title}>
      <Head title={title} newest={last ? format(last.values[series[0]!.metric]!) : ''} />
      <div
        ref={container}
        className="plot"
        style={{ minHeight: HEIGHT }}
        role="img"
        aria-label={known ? spoken(title, series, points) : `${title}: no values yet, ${empty}`}
        {...picked?.(title, (point) => pointWords(point, series, over))}
      >
        {!known && (
          <Text size="xs" c="dimmed" pt={56} ta="center">
            {empty}
          </Text>
        )}
      </div>
      {parts && last && <Text size="xs">{partsOf(parts, last)}</Text>}
      {hint && (
        <Text size="xs" c="dimmed" data-testid="chart-hint">
          {hint}
        </Text>
      )}
    </Paper>
  );
}

/** Drawn in the element that is given `container`, once a value is `known`. */
function usePlot(props: {
  readonly series: readonly Series[];
  readonly points: readonly MetricsPoint[];
  readonly range: readonly [number, number] | undefined;
  readonly over: Over;
  readonly known: boolean;
}) {
  const { series, points, range, over, known } = props;
  const container = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const scheme = useComputedColorScheme('dark', { getInitialValueInEffect: false });
  useEffect(() => {
    const element = container.current;
    if (!element || !known) return;
    const made = new uPlot(
      options(element.clientWidth, series, range, inkOf(element, scheme), over),
      dataOf(series, [], over),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: plotHeight(series) }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [series, range, known, scheme, over]);
  useEffect(() => {
    if (known) plot.current?.setData(dataOf(series, points, over));
  }, [points, series, known, over]);
  return { container, plot };
}

function Head(props: { title: string; newest: string }) {
  return (
    <div style={{ display: 'flex', justifyContent: 'space-between' }}>
      <Title order={3} size="sm">
        {props.title}
      </Title>
      <Text size="sm" className="mono" c="dimmed">
        {props.newest}
      </Text>
    </div>
  );
}

/** A curve in words: where it began, where it is, and between what. */
export function spoken(
  title: string,
  series: readonly Series[],
  points: readonly MetricsPoint[],
): string {
  const each = series.flatMap(({ metric, label }) => {
    const values = points.flatMap((p) => p.values[metric] ?? []);
    if (values.length === 0) return [];
    const [first, last] = [values[0]!, values.at(-1)!].map(format);
    const [least, most] = [Math.min(...values), Math.max(...values)].map(format);
    return [`${label} from ${first} to ${last}, between ${least} and ${most}`];
  });
  return `${title}: ${each.join('; ')}`;
}

interface Ink {
  readonly axis: string;
  readonly grid: string;
  line(hue: Hue): string;
}

/** Colours of the scheme, as the canvas of the chart needs them. */
function inkOf(element: HTMLElement, scheme: 'light' | 'dark'): Ink {
  const style = getComputedStyle(element);
  const shade = scheme === 'dark' ? 4 : 9;
  return {
    axis: style.getPropertyValue('--axis'),
    grid: style.getPropertyValue('--faint'),
    line: (hue) => style.getPropertyValue(`--mantine-color-${hue}-${shade}`),
  };
}

function format(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);
}

/** One line, the reader's own clock: uPlot's default writes the date below, where there is no room. */
function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB');
}

/** 12000 as 12k: there is little room. */
function steps(n: number): string {
  return n >= 1000 ? `${Math.round(n / 100) / 10}k` : String(n);
}

/** Those that have a value of any of them. */
const rowsOf = (series: readonly Series[], points: readonly MetricsPoint[]) =>
  points.filter((p) => series.some((s) => p.values[s.metric] !== undefined));

/** A point in words. */
function pointWords(
  { time, environmentSteps, values }: MetricsPoint,
  series: readonly Series[],
  over: Over,
): string {
  const each = series.flatMap(({ metric, label }) =>
    values[metric] === undefined ? [] : [`${label} ${format(values[metric])}`],
  );
  return `${over === 'time' ? clock(time / 1000) : `${environmentSteps} steps`}: ${each.join(', ')}`;
}

function dataOf(
  series: readonly Series[],
  points: readonly MetricsPoint[],
  over: Over,
): uPlot.AlignedData {
  const rows = rowsOf(series, points);
  return [
    rows.map((p) => (over === 'time' ? p.time / 1000 : p.environmentSteps)),
    ...series.map((s) => rows.map((p) => p.values[s.metric] ?? null)),
  ] as uPlot.AlignedData;
}

/** uPlot's own range for nothing but zeros is 0 to 100. */
function rangeOf(_: uPlot, least: number | null, most: number | null): uPlot.Range.MinMax {
  if (least === 0 && most === 0) return [0, 1];
  return uPlot.rangeNum(least ?? 0, most ?? 1, 0.1, true);
}

function options(
  width: number,
  series: readonly Series[],
  range: readonly [number, number] | undefined,
  ink: Ink,
  over: Over,
): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: ink.axis,
    font: '11px system-ui',
    grid: { stroke: ink.grid, width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: plotHeight(series),
    padding: [8, 8, 0, 0],
    cursor: { drag: { x: false, y: false } },
    legend: { show: series.length > 1, live: false },
    scales: { x: { time: over === 'time' }, y: { range: range ? [range[0], range[1]] : rangeOf } },
    axes: [
      { ...axis, size: 24, space: 70, values: (_, at) => at.map(over === 'time' ? clock : steps) },
      { ...axis, size: 44 },
    ],
    series: [
      {},
      ...series.map((s) => ({
        label: s.label,
        stroke: ink.line(s.colour),
        width: 2,
        spanGaps: true,
        points: { show: false },
        ...(s.dash ? { dash: [...s.dash] } : {}),
      })),
    ],
  };
}
