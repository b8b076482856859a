/** What people did in an episode, in words, and the learned reward as a line. */
import type { SessionEvent } from '../../server/protocol/index.ts';

const WORDS: Readonly<Record<string, string>> = {
  override: 'takeover',
  estop: 'emergency stop',
  demonstration: 'demonstration',
  correction: 'corrected',
  preference: 'compared',
  ranking: 'ranked',
  rating: 'rated',
  approval: 'approved',
  critique: 'marked',
};

/** Such as `3.2 s · takeover of 1.5 s`; `dt`: seconds of a step. */
export function wordsOf({ kind, from, to, value, outcome }: SessionEvent, dt: number): string {
  const at = `${(from * dt).toFixed(1)} s`;
  if (kind === 'reward') return `${at} · reward ${(value ?? 0) > 0 ? '+' : '−'}`;
  const known = WORDS[kind] ?? kind;
  const what = outcome ? `${known}: ${outcome}` : known;
  const sign = kind === 'critique' && value !== undefined ? (value > 0 ? ' good' : ' bad') : '';
  return `${at} · ${what}${sign}${to > from ? `, ${((to - from) * dt).toFixed(1)} s` : ''}`;
}

/** Points of an SVG line over [0, 1] × [0, 1], larger values higher; '' where there are fewer than two numbers. */
export function lineOf(values: readonly number[]): string {
  const known = values.filter(Number.isFinite);
  if (known.length < 2) return '';
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const range = high - low || 1;
  return values
    .flatMap((value, i) =>
      Number.isFinite(value)
        ? [`${(i / (values.length - 1)).toFixed(4)},${(1 - (value - low) / range).toFixed(4)}`]
        : [],
    )
    .join(' ');
}
