/** When a model may answer in people's place, on labels whose truth is known. */
import { expect, test } from 'vitest';
import { lookQuantile, nextLook, withdrawal } from '../../../agent/quality/automation.ts';
import {
  type Certificate,
  certifyThreshold,
  type HeldOut,
  labelsNeeded,
} from '../../../agent/quality/certify.ts';
import { createRandom, type Random } from '../../../sim/random.ts';

const TARGET = 0.95;

test('[AUTO-1] looks share 5 % between them, however many there are', () => {
  // Quantiles of 0.05 / (2 k (k + 1)) above, for two sequences of sets, from tables of the normal distribution.
  expect([1, 2, 3, 9].map((look) => lookQuantile(look).toFixed(4))).toEqual([
    '2.2414',
    '2.6383',
    '2.8653',
    '3.4524',
  ]);
  const spent = Array.from({ length: 1000 }, (_, i) => 0.05 / ((i + 1) * (i + 2)));
  expect(spent.reduce((a, b) => a + b)).toBeLessThan(0.05);
});

test('[AUTO-1] each look needs twice the labels of the one before, and the first enough to show anything', () => {
  const first = nextLook([], TARGET);
  expect(first).toBe(labelsNeeded(TARGET, 1, lookQuantile(1)));
  expect(first).toBe(133);
  expect(nextLook([133], TARGET)).toBe(266);
  expect(nextLook([133, 266], TARGET)).toBe(532);
  expect(nextLook([], 0.99)).toBeGreaterThan(5 * first);
});

/** What a run with so many labels comes to: looked at whenever it is time, until it is certified. */
function certified(labels: readonly HeldOut[], target = TARGET): Certificate | undefined {
  const past: number[] = [];
  for (;;) {
    const n = nextLook(past, target);
    if (n > labels.length) return undefined;
    past.push(n);
    const found = certifyThreshold(labels.slice(0, n), target, lookQuantile(past.length));
    if (found) return found;
  }
}

/** A model as sure as chance has it, right as often as `share` says of its confidence. */
const draw = (n: number, random: Random, share: (confidence: number) => number) =>
  Array.from({ length: n }, () => {
    const confidence = 0.5 + 0.5 * random.next();
    return { confidence, isRight: random.next() < share(confidence) };
  });

test('[AUTO-1] of 200 good models most are certified and keep the promise, of 200 bad ones next to none is', () => {
  const random = createRandom(7);
  const runs = Array.from({ length: 200 }, () => {
    // Sure and right: better than its confidence says.
    const good = certified(draw(2000, random, (c) => 1 - (1 - c) ** 2));
    // As sure, and right in 94 % of the cases wherever one looks: just not enough.
    const bad = certified(draw(2000, random, () => 0.94));
    return { good, bad };
  });
  const good = runs.flatMap((run) => run.good ?? []);
  expect(good.length).toBeGreaterThan(150);
  // Above t it is right in 1 − (1 − t)² / 3 of the cases.
  const broken = good.filter(({ threshold: t }) => 1 - (1 - t) ** 2 / 3 < TARGET);
  expect(broken.length / 200).toBeLessThan(0.05);
  expect(runs.filter(({ bad }) => bad).length / 200).toBeLessThan(0.05);
});

test('[AUTO-7] people who err now and then wherever one looks do not keep a good model from being certified', () => {
  const random = createRandom(11);
  const runs = Array.from({ length: 100 }, () => {
    // Right in 90 % of what it is surer of, as its people are: among the surest few, some are wrong.
    const good = certified(
      draw(1500, random, (c) => (c > 0.65 ? 0.9 : 0.7)),
      0.8,
    );
    const bad = certified(
      draw(1500, random, () => 0.79),
      0.8,
    );
    return { good, bad };
  });
  expect(runs.filter(({ good }) => good).length).toBeGreaterThan(60);
  expect(runs.filter(({ bad }) => bad).length).toBeLessThanOrEqual(5);
});

/** Audits until the certificate is withdrawn; undefined: it holds. */
function held(certificate: Pick<Certificate, 'right' | 'labels'>, audits: readonly boolean[]) {
  for (let n = 1; n <= audits.length; n++) {
    const why = withdrawal(certificate, audits.slice(0, n), TARGET);
    if (why) return { n, why };
  }
  return undefined;
}

test('[AUTO-2] a model that stays good keeps its certificate, one that turns bad loses it within few audits', () => {
  const random = createRandom(3);
  const certificate = { right: 495, labels: 500 };
  const audits = (n: number, share: number) =>
    Array.from({ length: n }, () => random.next() < share);
  let lost = 0;
  const found: number[] = [];
  for (let run = 0; run < 100; run++) {
    if (held(certificate, audits(300, 0.99))) lost++;
    const before = audits(100, 0.995);
    if (held(certificate, before)) continue;
    found.push(held(certificate, [...before, ...audits(200, 0.5)])!.n - before.length);
  }
  expect(lost).toBeLessThan(5);
  expect(found.length).toBeGreaterThan(90);
  expect(Math.max(...found)).toBeLessThan(40);
});

test('[AUTO-2] it is withdrawn by what audits show alone, or by what is no longer shown with them', () => {
  const large = { right: 1990, labels: 2000 };
  expect(withdrawal(large, [], TARGET)).toBeUndefined();
  expect(withdrawal(large, Array(9).fill(false), TARGET)).toBeUndefined(); // too few to say
  expect(withdrawal(large, [...Array(8).fill(true), false, false], TARGET)).toBe('audit');
  const small = { right: 109, labels: 110 };
  expect(withdrawal(small, [], TARGET)).toBeUndefined();
  expect(withdrawal(small, Array(5).fill(false), TARGET)).toBe('bound');
});
