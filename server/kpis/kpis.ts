/** The key figures of a run: how good, how fast and how dear people's answers are, and what to do where one is bad. */
import {
  bitsOf,
  type CostPoint,
  errorReduction,
  hoursOfLastPercent,
} from '../../agent/quality/kpis.ts';
import { CYCLIC_BY_CHANCE, type Triads } from '../../agent/quality/transitivity.ts';
import { createRandom } from '../../sim/random.ts';
import type { Kpi, KpiAlert } from '../protocol/index.ts';
import { accuracies } from './accuracy.ts';
import { alertsOf } from './alerts.ts';
import { behaviourKpis } from './behaviour.ts';
import { drifts, NEEDED, type PersonDrift } from './drift.ts';
import { hoursOf, type Work } from './work.ts';

/** One version of the reward model: what it knows, and what people's work had cost by then. */
export interface CurvePoint extends CostPoint {
  readonly version: number;
  /** ms since epoch. */
  readonly time: number;
  /** null: an hour has no price. */
  readonly cost: number | null;
  readonly heldOut: number;
}

export interface KpiReport {
  readonly runId: string;
  /** Price of an hour of work; null: none was given, and cost is hours. */
  readonly rate: number | null;
  readonly kpis: readonly Kpi[];
  readonly curve: readonly CurvePoint[];
  readonly alerts: readonly KpiAlert[];
}

/** Held-out comparisons without which nothing is said of a reward model. */
const LEAST_HELD_OUT = 30;
const LEAST_ANSWERS = 20;
const LEAST_USABLE = 0.8;
/** Bits per answer of somebody who is right in 70 % of the cases. */
const LEAST_BITS = 0.12;
/** Times three clips without which no share is told, and the share that is bad: whoever is right in 75 % has 0.19. */
const LEAST_TRIADS = 20;
const MOST_CYCLIC = 0.2;
const SEED = 1;

/** @param rate price of an hour of work */
export async function kpisOf(
  work: Work,
  runId: string,
  rate: number | null = null,
): Promise<KpiReport> {
  const all = { work, hours: hoursOf(work)(), rate };
  const curve = curveOf(work, rate);
  const moved = await drifts(work.said.filter(({ kind }) => kind === 'preference'));
  const kpis = [
    errorKpi(curve),
    ...failureKpi(work),
    ...workKpis(all),
    informationKpi(all),
    circlesKpi(work.transitivity.all),
    costKpi(all),
    lastPercentKpi(curve, rate),
    ...driftKpis(moved),
    ...behaviourKpis(work),
  ];
  return { runId, rate, kpis, curve, alerts: alertsOf(work, moved) };
}

// ------------------------------------------------------------------ work

interface Totals {
  readonly work: Work;
  readonly hours: number;
  readonly rate: number | null;
}

const NOTHING = { low: null, high: null };
const few = (has: number, needs: number, what: string) => `needs ${needs} ${what}, has ${has}`;

function workKpis({ work: { said, usable }, hours }: Totals): Kpi[] {
  const share = said.length > 0 ? usable.size / said.length : null;
  const isEnough = said.length >= LEAST_ANSWERS && hours > 0;
  const isBad = share !== null && share < LEAST_USABLE;
  const basis = isEnough
    ? `${usable.size} of ${said.length} answers in ${hours.toFixed(2)} active hours`
    : few(said.length, LEAST_ANSWERS, 'answers');
  const state = isEnough ? (isBad ? 'bad' : 'good') : 'unknown';
  const advice =
    isEnough && isBad
      ? 'Many answers are skipped, taken back or set aside: look at the clips of the alert, make the instructions clearer, and let in again whoever was paused wrongly.'
      : '';
  return [
    {
      ...{ id: 'usable-share', title: 'Answers that count', unit: '1', ...NOTHING },
      ...{ value: isEnough ? share : null, state, basis, advice },
    },
    {
      ...{ id: 'usable-per-hour', title: 'Answers that count, an active hour', unit: '1/h' },
      ...{ ...NOTHING, value: isEnough ? usable.size / hours : null, basis, advice: '' },
      state: isEnough ? 'good' : 'unknown',
    },
  ];
}

function informationKpi({ work, hours }: Totals): Kpi {
  const { of, known } = accuracies(work);
  const compared = work.said.filter((f) => f.kind === 'preference' && work.usable.has(f.id));
  const head = { id: 'information', title: 'Information', unit: 'bit/s', ...NOTHING };
  if (known.size === 0 || compared.length < LEAST_ANSWERS || hours === 0)
    return {
      ...{ ...head, value: null, state: 'unknown' },
      basis:
        known.size === 0
          ? 'nobody is known to be right or wrong'
          : few(compared.length, LEAST_ANSWERS, 'comparisons'),
      advice:
        known.size === 0
          ? 'Start with --gold 0.1 or --overlap 2: questions whose answer is known, or that two people answer, tell how often each is right.'
          : '',
    };
  const bits = compared.reduce((sum, f) => sum + bitsOf(of(f.teacherId)!), 0);
  const isBad = bits / compared.length < LEAST_BITS;
  return {
    ...{ ...head, value: bits / (hours * 3600), state: isBad ? 'bad' : 'good' },
    basis: `${(bits / compared.length).toFixed(2)} bit an answer, over ${compared.length} comparisons of ${known.size} people who are known`,
    advice: isBad
      ? 'Answers are near chance: ask easier pairs, show longer clips, and look at People for who answers as a coin.'
      : '',
  };
}

function circlesKpi({ n, cyclic }: Triads): Kpi {
  const isEnough = n >= LEAST_TRIADS;
  const isBad = isEnough && cyclic / n > MOST_CYCLIC;
  return {
    ...{ id: 'circles', title: 'Comparisons that go round in circles', unit: '1', ...NOTHING },
    value: isEnough ? cyclic / n : null,
    state: isEnough ? (isBad ? 'bad' : 'good') : 'unknown',
    basis: isEnough
      ? `${cyclic} of ${n} times that three clips were compared with each other, a was found better than b, b better than c, and c better than a; a coin says so in ${percent(CYCLIC_BY_CHANCE)}`
      : few(n, LEAST_TRIADS, 'times three clips that are compared with each other'),
    advice: isBad
      ? 'Answers are near chance: look under People at whose comparisons go round in circles.'
      : isEnough || n > 0
        ? ''
        : 'Start with --triads 0.1: clips of earlier questions are compared once more with each other.',
  };
}

function costKpi({ work: { usable }, hours, rate }: Totals): Kpi {
  const isEnough = usable.size >= LEAST_ANSWERS;
  const each = usable.size > 0 ? hours / usable.size : 0;
  return {
    ...{ id: 'cost-per-usable', title: 'Cost of an answer that counts', ...NOTHING, advice: '' },
    unit: rate === null ? 's' : 'money',
    value: isEnough ? (rate === null ? each * 3600 : each * rate) : null,
    state: isEnough ? 'good' : 'unknown',
    basis: isEnough
      ? `${hours.toFixed(2)} active hours${rate === null ? '' : ` at ${rate} each`}, ${usable.size} answers`
      : few(usable.size, LEAST_ANSWERS, 'answers that count'),
  };
}

// ------------------------------------------------------------------ what was learned

/** The newest point of each version that was judged on enough. */
function curveOf(work: Work, rate: number | null): CurvePoint[] {
  const versions = new Map<number, CurvePoint>();
  for (const { time, values } of work.points) {
    const { 'reward/version': version, 'reward/accuracy': accuracy } = values;
    const heldOut = values['reward/heldOut'] ?? 0;
    if (version === undefined || accuracy === undefined || !(heldOut >= LEAST_HELD_OUT)) continue;
    if (!Number.isFinite(accuracy)) continue;
    versions.set(version, { version, time, hours: 0, cost: null, accuracy, heldOut });
  }
  const until = hoursOf(work);
  return [...versions.values()].map((point) => {
    const hours = until(point.time);
    return { ...point, hours, cost: rate === null ? null : hours * rate };
  });
}

function errorKpi(curve: readonly CurvePoint[]): Kpi {
  const [first, last] = [curve[0], curve.at(-1)];
  const head = { id: 'error-reduction', title: 'Fewer errors than at first', unit: '1' };
  const found =
    first && last && first !== last
      ? errorReduction(
          { accuracy: first.accuracy, n: Math.round(first.heldOut) },
          { accuracy: last.accuracy, n: Math.round(last.heldOut) },
          createRandom(SEED),
        )
      : undefined;
  if (!found || !last)
    return {
      ...{ ...head, ...NOTHING, value: null, state: 'unknown', advice: '' },
      basis: `needs two versions of the reward model, each judged on ${LEAST_HELD_OUT} held-out comparisons, has ${curve.length}`,
    };
  const isBad = found.high <= 0.05;
  return {
    ...{ ...head, ...found, state: isBad ? 'bad' : 'good' },
    basis: `from ${percent(1 - first!.accuracy)} to ${percent(1 - last.accuracy)} of held-out comparisons, ${curve.length} versions`,
    advice: isBad
      ? 'More answers do not make it better: look at agreement under People, and whether people see in the clips what they are to judge.'
      : '',
  };
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

/** Of tasks that can be solved. */
function failureKpi({ points }: Work): Kpi[] {
  const shares = points.flatMap(({ values }) => values['episode/success'] ?? []);
  if (!shares.some((share) => share > 0)) return [];
  const [first, last] = [100 * (1 - shares[0]!), 100 * (1 - shares.at(-1)!)];
  const isBad = last > first;
  return [
    {
      ...{ id: 'failures-per-100', title: 'Failures in 100 episodes', unit: '1', ...NOTHING },
      ...{ value: last, state: isBad ? 'bad' : 'good' },
      basis: `of the newest 20 episodes; ${first.toFixed(0)} at first`,
      advice: isBad
        ? 'The agent fails more often than at first: look at its newest episodes, and at the alerts of the reward model.'
        : '',
    },
  ];
}

function lastPercentKpi(curve: readonly CurvePoint[], rate: number | null): Kpi {
  const hours = hoursOfLastPercent(curve);
  return {
    ...{ id: 'cost-of-last-percent', title: 'Cost of the last 1 % of accuracy', ...NOTHING },
    ...{ unit: rate === null ? 'h' : 'money', advice: '' },
    value: hours === undefined ? null : rate === null ? hours : hours * rate,
    state: hours === undefined ? 'unknown' : 'good',
    basis:
      hours === undefined
        ? `needs a version of the reward model that is right in 1 % more of the held-out comparisons than the first; there are ${curve.length} versions`
        : `${curve.length} versions`,
  };
}

function driftKpis(moved: readonly PersonDrift[]): Kpi[] {
  return (['time', 'choice'] as const).map((kind) => {
    const found = moved.find((drift) => drift.kind === kind && drift.teacherId === undefined);
    const title = kind === 'time' ? 'Drift of the time to answer' : 'Drift of what is chosen';
    return {
      ...{ id: `drift-${kind}`, title, unit: 'PSI', ...NOTHING },
      value: found?.psi ?? null,
      state: found ? (found.isMoved ? 'bad' : 'good') : 'unknown',
      basis: found
        ? `newest ${found.newest.length} answers; by chance below ${found.limit.toFixed(2)}`
        : `needs ${NEEDED} comparisons`,
      advice: found?.isMoved
        ? 'People answer differently from before: look at the clips of the alert. Clips, instructions or people may have changed.'
        : '',
    };
  });
}
