/**
 * Whether a model may be promoted: judged on comparisons that people decided and that it was not fitted to, beside the
 * promoted one on the same comparisons.
 */
import { setImmediate } from 'node:timers/promises';
import { labelsNeeded, wilson, wilsonLower } from '../../agent/quality/certify.ts';
import { type PairedCounts, pairedDifference } from '../../agent/quality/paired.ts';
import {
  createJudge,
  type HeldOutComparison,
  type PublishedReward,
} from '../../agent/reward/published.ts';
import type { LearnedModel } from '../../agent/trainer/contract.ts';
import type { JudgedShare, PromotionCondition, PromotionGate } from '../protocol/index.ts';
import type { Storage } from '../storage/contract.ts';
import { type ModelRecord, promotedOf } from '../storage/models-contract.ts';

/** Fewest labels that anything is said of. */
const LEAST = 30;
/** More labels than this are asked of nobody. */
const MOST = 100_000;
/** By so much a model may be right less often than the promoted one, where nobody says otherwise. */
export const MARGIN = 0.05;
/** Programs that answer in people's place. */
const SYNTHETIC = 'synthetic-';

export interface Promoted {
  readonly id: string;
  readonly reward: PublishedReward;
}

/** Takes its time: other work comes in between. */
export async function gateOf(
  model: Pick<LearnedModel, 'reward' | 'heldOut'>,
  promoted: Promoted | undefined,
  margin: number,
): Promise<PromotionGate> {
  const labels = model.heldOut.filter(({ teacherId }) => !teacherId.startsWith(SYNTHETIC));
  const own = await judged(model.reward, labels);
  const other = promoted && (await judged(promoted.reward, labels));
  const n = labels.length;
  const counts = other && n > 0 ? pairs(own, other) : undefined;
  const conditions = [
    enough(n),
    betterThanCoin(right(own), n),
    ...(promoted ? [notWorse(counts, margin)] : []),
  ];
  return {
    passes: conditions.every(({ isMet }) => isMet),
    conditions,
    labels: n,
    people: new Set(labels.map(({ teacherId }) => teacherId)).size,
    accuracy: n > 0 ? shareOf(right(own), n) : null,
    against: counts && promoted ? againstOf(counts, promoted.id, n) : null,
    margin,
  };
}

async function judged(reward: PublishedReward, labels: readonly HeldOutComparison[]) {
  const judge = createJudge(reward);
  const out: boolean[] = [];
  for (const label of labels) {
    out.push(judge(label));
    await setImmediate();
  }
  return out;
}

const right = (verdicts: readonly boolean[]) => verdicts.filter(Boolean).length;

function shareOf(n: number, of: number): JudgedShare {
  return { right: n, share: n / of, ...wilson(n, of) };
}

function againstOf(counts: PairedCounts, model: string, n: number): PromotionGate['against'] {
  const { difference: value, low, high } = pairedDifference(counts);
  return {
    model,
    ...shareOf(counts.both + counts.second, n),
    difference: { value, low, high },
  };
}

function pairs(own: readonly boolean[], other: readonly boolean[]): PairedCounts {
  const count = (a: boolean, b: boolean) =>
    own.filter((value, i) => value === a && other[i] === b).length;
  return {
    both: count(true, true),
    first: count(true, false),
    second: count(false, true),
    none: count(false, false),
  };
}

// ------------------------------------------------------------------ conditions

function enough(n: number): PromotionCondition {
  return { name: 'labels', isMet: n >= LEAST, missing: Math.max(0, LEAST - n) };
}

/** One-sided, with 95 % certainty. */
function betterThanCoin(correct: number, n: number): PromotionCondition {
  const isMet = wilsonLower(correct, n) > 0.5;
  if (isMet) return { name: 'coin', isMet, missing: 0 };
  if (n === 0) return { name: 'coin', isMet, missing: labelsNeeded(0.5, 0) };
  const share = correct / n;
  return { name: 'coin', isMet, missing: missing(n, (m) => wilsonLower(share * m, m) > 0.5) };
}

/** The 95 % interval of the difference lies above what may be lost. */
function notWorse(counts: PairedCounts | undefined, margin: number): PromotionCondition {
  if (!counts) return { name: 'promoted', isMet: false, missing: LEAST };
  const { both, first, second, none } = counts;
  const n = both + first + second + none;
  const isMetBy = (m: number) => {
    const k = m / n;
    const scaled = { both: k * both, first: k * first, second: k * second, none: k * none };
    return pairedDifference(scaled).low > -margin;
  };
  const isMet = isMetBy(n);
  return { name: 'promoted', isMet, missing: isMet ? 0 : missing(n, isMetBy) };
}

/** Labels beside the `n` that are there until something holds at the same rates; null: it never does. */
function missing(n: number, holds: (labels: number) => boolean): number | null {
  if (!holds(MOST)) return null;
  let [low, high] = [n, MOST];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high - n;
}

// ------------------------------------------------------------------ what is proposed

/** Means of the newest episodes, where they are known. */
export async function figuresOf(
  storage: Pick<Storage, 'readMetrics'>,
  runId: string,
): Promise<ModelRecord['figures']> {
  const values = (await storage.readMetrics(runId, 0, 1)).at(-1)?.values ?? {};
  const names = ['return', 'success', 'learned-return'] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = values[`episode/${name}`];
      return value === undefined || !Number.isFinite(value) ? [] : [[name, value]];
    }),
  );
}

/** The model that a new one is judged against. @throws RangeError where its bytes are gone or damaged */
export async function promotedIn(
  storage: Pick<Storage, 'listModels' | 'readModel'>,
  runId: string,
): Promise<Promoted | undefined> {
  const promoted = promotedOf(await storage.listModels(runId));
  if (!promoted) return undefined;
  const kept = await storage.readModel(promoted.id);
  if (!kept)
    throw new RangeError(
      `model: the bytes of ${promoted.id}, which is promoted, are gone; put a copy of them back, or roll it back`,
    );
  return { id: promoted.id, reward: kept.reward };
}
