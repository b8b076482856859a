/** A point of a curve is picked, by pointer or by keys, and opened: to a screen reader the curve is a slider over its points. */
import { type HTMLAttributes, type KeyboardEvent, type RefObject, useState } from 'react';
import type uPlot from 'uplot';
import type { MetricsPoint } from '../../server/protocol/index.ts';

type Props = HTMLAttributes<HTMLDivElement> & { readonly 'data-picked'?: number };

/** How far a key goes, of `n` points; undefined for other keys. */
function target(key: string, at: number, n: number): number | undefined {
  const page = Math.max(1, Math.round(n / 10));
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    PageDown: at - page,
    PageUp: at + page,
    Home: 0,
    End: n - 1,
  };
  const to = moves[key];
  return to === undefined ? undefined : Math.max(0, Math.min(n - 1, to));
}

/** What the plot is given for it; undefined where nothing opens. `rows` are the points that are drawn, in order. */
export function usePicked(
  plot: RefObject<uPlot | undefined>,
  rows: readonly MetricsPoint[],
  onOpen: ((point: MetricsPoint) => void) | undefined,
) {
  const [time, setTime] = useState<number>();
  if (!onOpen || rows.length === 0) return undefined;
  const found = time === undefined ? -1 : rows.findIndex((row) => row.time >= time);
  const at = found < 0 ? rows.length - 1 : found;
  const go = (to: number) => {
    setTime(rows[to]!.time);
    const { current } = plot;
    const x = current?.data[0][to];
    if (current && x !== undefined) current.setCursor({ left: current.valToPos(x, 'x'), top: 0 });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = target(event.key, at, rows.length);
    if (to !== undefined) go(to);
    else if (event.key === 'Enter') onOpen(rows[at]!);
    else return;
    event.preventDefault();
  };
  return (title: string, words: (point: MetricsPoint) => string): Props => ({
    role: 'slider',
    tabIndex: 0,
    'aria-label': `${title}, Enter opens the episode`,
    'aria-valuemin': 0,
    'aria-valuemax': rows.length - 1,
    'aria-valuenow': at,
    'aria-valuetext': words(rows[at]!),
    'data-picked': at,
    title: 'A click opens what was driven then',
    onKeyDown,
    onClick() {
      const hovered = plot.current?.cursor.idx;
      if (hovered != null && rows[hovered]) onOpen(rows[hovered]);
    },
  });
}
