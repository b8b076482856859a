/** Key figures as the server tells them (server/connection/kpi-routes.ts), and how they are read. */
import type { Kpi, KpiAlert } from '../../server/protocol/index.ts';

/** As much of it as the page shows. */
export interface KpiReport {
  readonly kpis: readonly Kpi[];
  readonly alerts: readonly KpiAlert[];
}

/** @param rate price of an hour; empty: costs are time */
export const kpiQuery = (rate: string): Record<string, string> => (rate === '' ? {} : { rate });

export const csvAddress = (rate: string) => `api/kpis.csv?${new URLSearchParams(kpiQuery(rate))}`;

/** Shares that are read as percentages; a share of episodes or of information is none. */
const SHARES = ['usable-share', 'error-reduction', 'circles'];

/** `42 % (30 to 51 %)`, `3.1 s`, `–`. */
export function figure({ id, value, low, high, unit }: Kpi): string {
  if (value === null) return '–';
  const isShare = SHARES.includes(id);
  const number = (x: number) => (isShare ? (100 * x).toFixed(0) : short(x)).replace('-', '−');
  const name = isShare ? '%' : ({ '1': '', money: '', '1/h': 'an hour' }[unit] ?? unit);
  const range = low === null || high === null ? '' : ` (${number(low)} to ${number(high)})`;
  return `${number(value)}${name === '' ? '' : ` ${name}`}${range}`;
}

function short(x: number): string {
  return Math.abs(x) >= 100 ? x.toFixed(0) : String(Number(x.toPrecision(2)));
}
