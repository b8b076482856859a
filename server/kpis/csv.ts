/** Key figures for spreadsheets. */
import type { KpiReport } from './kpis.ts';

/** RFC 4180: one line a figure; what is not known is empty. */
export function kpisCsv({ kpis }: KpiReport): string {
  const head = ['kpi', 'value', 'low', 'high', 'unit', 'state', 'basis', 'advice'];
  const rows = kpis.map(({ id, value, low, high, unit, state, basis, advice }) =>
    [id, value, low, high, unit, state, basis, advice].map((cell) => field(cell ?? '')),
  );
  return [head, ...rows].map((cells) => `${cells.join(',')}\r\n`).join('');
}

function field(cell: string | number): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
