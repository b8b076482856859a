import { expect, test } from 'vitest';
import type { Kpi } from '../../../server/protocol/index.ts';
import { csvAddress, figure } from '../../../trainer-ui/people/kpi-report.ts';

const kpi = (id: string, unit: string, value: number | null, range?: [number, number]): Kpi => ({
  ...{ id, title: '', unit, value, low: range?.[0] ?? null, high: range?.[1] ?? null },
  ...{ state: 'good', basis: '', advice: '' },
});

test('[KPI-6] figures are read in their units, with their interval, and not where there is none', () => {
  expect(figure(kpi('error-reduction', '1', 0.421, [-0.05, 0.6]))).toBe('42 % (−5 to 60)');
  expect(figure(kpi('usable-per-hour', '1/h', 612.34))).toBe('612 an hour');
  expect(figure(kpi('information', 'bit/s', 0.03125))).toBe('0.031 bit/s');
  expect(figure(kpi('cost-per-usable', 's', 6.04))).toBe('6 s');
  expect(figure(kpi('cost-per-usable', 'money', 0.0512))).toBe('0.051');
  expect(figure(kpi('drift-time', 'PSI', null))).toBe('–');
});

test('[KPI-6] the CSV has the price that the page has', () => {
  expect([csvAddress(''), csvAddress('25.50')]).toEqual([
    'api/kpis.csv?',
    'api/kpis.csv?rate=25.50',
  ]);
});
