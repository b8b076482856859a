/** In, on and out of the loop: no wait without a deadline, and none for nobody. The policy always wants (+0.2, −0.1). */
import { beforeEach, describe, expect, it } from 'vitest';
import { activationDefaults } from '../../../agent/activation/config.ts';
import type { ActivationRules, Rule } from '../../../agent/activation/contract.ts';
import { SOURCE_CODE } from '../../../agent/contract.ts';
import { APPROVAL_MS, HELP_MS } from '../../../server/actors/oversight.ts';
import { ALWAYS, NEVER } from './gates.ts';
import { createRig, POLICY, rounded, SAFE } from './live-rig.ts';

let rig: ReturnType<typeof createRig>;
const action = () => rounded(rig.frame().action);
const step = () => rig.frame().step;
const state = () => rig.of('state').at(-1)!;
const answer = (isYes: boolean, ask = state().ask?.id ?? 0) =>
  rig.send({ type: 'answer', ask, isYes, teacherId: 'ada' });
const decisions = () =>
  rig.of('decision').map(({ ask, outcome, teacherId }) => [ask.kind, outcome, teacherId]);

beforeEach(() => {
  rig = createRig();
  rig.send({ type: 'viewers', count: 1 });
});

describe('[CTRL-27] in the loop', () => {
  beforeEach(() => {
    rig.publish(ALWAYS);
    rig.send({ type: 'oversight', mode: 'in' });
    rig.tick();
  });

  it('the simulation waits before what is risky, and says what for and until when', () => {
    expect(state()).toMatchObject({
      state: 'running',
      oversight: 'in',
      request: 'none',
      ask: { kind: 'approval', fallback: 'brakes', step: 0 },
    });
    rig.tick(20);
    expect(step()).toBe(0);
  });

  it('what is allowed holds for two seconds; then it asks again', () => {
    answer(true);
    rig.tick(20);
    expect(step()).toBe(20);
    expect(action()).toEqual(POLICY);
    rig.tick(5);
    expect(step()).toBe(20);
    expect(state().ask).toMatchObject({ kind: 'approval', step: 20 });
    expect(decisions()).toEqual([['approval', 'allow', 'ada']]);
  });

  it('what is denied is not done: it brakes for two seconds', () => {
    answer(false);
    rig.tick(8);
    expect(step()).toBe(8);
    expect(action()).toEqual(SAFE);
    expect(rounded(rig.frame().policyAction)).toEqual(POLICY);
    rig.send({ type: 'reset' });
    const { sources } = rig.of('episode').at(-1)!.episode;
    expect(new Set(sources)).toEqual(new Set([SOURCE_CODE.safe]));
    expect(decisions()).toEqual([['approval', 'deny', 'ada']]);
  });

  it('nobody answers in time: it brakes, and goes on', () => {
    rig.tick(1, APPROVAL_MS - 1);
    expect(step()).toBe(0);
    rig.tick(1, 1);
    expect(step()).toBe(1);
    expect(action()).toEqual(SAFE);
    expect(state().ask).toBeUndefined();
    expect(decisions()).toEqual([['approval', 'lapse', undefined]]);
  });

  it.each([0, 100, 300])(
    'an answer that comes %i ms late counts as long as there is time',
    (ms) => {
      rig.tick(1, APPROVAL_MS - 301 + ms);
      answer(true);
      rig.tick();
      expect(action()).toEqual(POLICY);
    },
  );

  it('nobody is waited for who is not there', () => {
    rig.send({ type: 'viewers', count: 0 });
    rig.tick();
    expect(step()).toBe(1);
    expect(action()).toEqual(SAFE);
    const before = rig.of('frame').length;
    rig.tick(100);
    expect(rig.of('frame').length).toBeGreaterThanOrEqual(before + 100);
    expect(decisions()).toEqual([]);
  });

  it('to take over, to stop, to rewind and to change the mode end the wait', () => {
    rig.hold([0.5, 0.5]);
    rig.tick();
    expect(action()).toEqual([0.5, 0.5]);
    rig.hold([0, 0], 0);
    rig.tick();
    expect(state().ask).toBeDefined();
    rig.send({ type: 'estop' });
    rig.tick();
    expect(state()).toMatchObject({ state: 'stopped', ask: undefined });
    rig.send({ type: 'play' });
    rig.tick();
    rig.send({ type: 'rewind', seconds: 1 });
    expect(state()).toMatchObject({ state: 'paused', ask: undefined });
    rig.send({ type: 'play' });
    rig.tick();
    const before = step();
    rig.send({ type: 'oversight', mode: 'on' });
    rig.tick();
    expect(step()).toBe(before + 1);
  });

  it('while it is paused no time runs out', () => {
    rig.send({ type: 'pause' });
    rig.tick(1, 2 * APPROVAL_MS);
    rig.send({ type: 'play' });
    rig.tick(1, APPROVAL_MS / 2);
    expect(step()).toBe(0);
    rig.tick(1, APPROVAL_MS / 2);
    expect(step()).toBe(1);
  });

  it('an answer to an ask of before has no effect', () => {
    const { id } = state().ask!;
    answer(true);
    rig.tick(21);
    answer(true, id);
    rig.tick();
    expect(step()).toBe(20);
  });

  it('what is not risky waits for nobody', () => {
    rig = createRig();
    rig.send({ type: 'viewers', count: 1 });
    rig.publish(NEVER);
    rig.send({ type: 'oversight', mode: 'in' });
    rig.tick(10);
    expect(step()).toBe(10);
    expect(state().ask).toBeUndefined();
  });
});

describe('[CTRL-28] a call for help', () => {
  beforeEach(() => rig.publish(ALWAYS));

  it('has a deadline, after which the agent goes on by itself and is quiet until it no longer asks', () => {
    rig.tick();
    expect(state()).toMatchObject({
      request: 'take-over',
      ask: { kind: 'help', fallback: 'drives-on' },
    });
    rig.tick(1, HELP_MS);
    expect(state()).toMatchObject({ request: 'none', ask: undefined });
    rig.tick(20);
    expect(state().request).toBe('none');
    rig.publish(NEVER);
    rig.tick(12);
    rig.publish(ALWAYS);
    rig.tick();
    expect(state()).toMatchObject({ request: 'take-over', ask: { kind: 'help' } });
    expect(decisions()).toEqual([['help', 'lapse', undefined]]);
  });

  it('is declined by a person', () => {
    rig.tick();
    answer(false);
    expect(state()).toMatchObject({ request: 'none', ask: undefined });
    rig.tick(5);
    expect(action()).toEqual(POLICY);
    expect(decisions()).toEqual([['help', 'decline', 'ada']]);
  });

  it('with release to brake it brakes at once, without a deadline, until it is declined', () => {
    rig.send({ type: 'release-to', target: 'brake' });
    rig.tick(1, 3 * HELP_MS);
    rig.tick(1, 3 * HELP_MS);
    expect(action()).toEqual(SAFE);
    expect(state().ask).toMatchObject({ fallback: 'brakes', until: Number.POSITIVE_INFINITY });
    answer(false);
    rig.tick();
    expect(action()).toEqual(POLICY);
    expect(state().controller).toBe('policy'); // and the page hears of it
  });

  it('is answered by whoever drives', () => {
    rig.tick();
    rig.hold([0.5, 0.5]);
    rig.tick();
    expect(state()).toMatchObject({ controller: 'human', ask: undefined });
  });
});

describe('[CTRL-29] out of the loop', () => {
  it('nobody takes over and nobody is called; what would have been asked is counted', () => {
    rig.publish(ALWAYS);
    rig.send({ type: 'oversight', mode: 'out' });
    rig.hold([1, 1]);
    rig.tick(5);
    expect(action()).toEqual(POLICY);
    expect(state()).toMatchObject({ oversight: 'out', controller: 'policy', request: 'none' });
    rig.send({ type: 'reset' });
    expect(rig.of('episode').at(-1)!.episode.summary['askedSteps']).toBe(5);
  });

  it('who drives lets go with the change, and a stop works', () => {
    rig.publish(NEVER);
    rig.hold([1, 1]);
    rig.tick();
    rig.send({ type: 'oversight', mode: 'out' });
    rig.tick();
    expect(action()).toEqual(POLICY);
    rig.send({ type: 'estop' });
    rig.tick();
    expect(action()).toEqual(SAFE);
  });
});

describe('[CTRL-32] rules of a run', () => {
  const rules = (changed: Partial<ActivationRules>) => ({
    rules: { ...activationDefaults, ...changed },
  });

  it('decide before which steps it waits, and say why with every leaf', () => {
    const wait: Rule = { and: [{ not: { gate: true } }, { sampleSteps: 100 }, { margin: 0.5 }] };
    rig.publish(NEVER, rules({ wait: { or: [wait, { sampleEpisodes: 100 }] } }));
    rig.send({ type: 'oversight', mode: 'in' });
    rig.tick();
    const { conditions } = state().ask!;
    expect(conditions.map(({ leaf, isMet }) => [leaf, isMet])).toEqual([
      ['gate', false],
      ['sampleSteps', true],
      ['margin', false],
      ['sampleEpisodes', true],
    ]);
    rig.tick(5);
    expect(step()).toBe(0);
  });

  it('decide when it calls, without a gate too; out of the loop the same steps are counted', () => {
    const asked = (mode: 'on' | 'out') => {
      rig = createRig();
      rig.send({ type: 'viewers', count: 1 });
      rig.publish(undefined, rules({ call: { sampleSteps: 20 } }));
      rig.send({ type: 'oversight', mode });
      rig.tick(40);
      rig.send({ type: 'reset' });
      const calls = rig.of('asked').length;
      return { calls, steps: rig.of('episode').at(-1)!.episode.summary['askedSteps']! };
    };
    const [on, out] = [asked('on'), asked('out')];
    expect(on.calls).toBeGreaterThan(0);
    expect(out.calls).toBe(0);
    expect(out.steps).toBe(on.steps);
    expect(on.steps).toBeGreaterThan(0);
    expect(on.steps).toBeLessThan(40);
  });

  it('read the path that is predicted, whoever looks: seconds to what must not happen', () => {
    rig = createRig(); // nobody looks
    rig.publish(NEVER, rules({ call: { not: { margin: 0 } } }));
    rig.tick(3);
    rig.send({ type: 'reset' });
    // What is not known would ask nobody.
    expect(rig.of('episode').at(-1)!.episode.summary['askedSteps']).toBe(3);
  });
});

describe('[CTRL-35] what people are asked', () => {
  const told = () => [
    ...rig.of('asked').map(({ ask }) => [ask.id, 'asked', ask.conditions.length]),
    ...rig.of('decision').map(({ ask, outcome }) => [ask.id, outcome, ask.conditions.length]),
  ];

  it('is told when it is asked, in which episode, and once more with what became of it', () => {
    rig.publish(ALWAYS);
    rig.tick();
    const { episodeId } = state();
    expect(state().ask).toMatchObject({ episodeId, step: 0 });
    rig.hold([0.5, 0.5]);
    rig.tick();
    rig.hold([0, 0], 0);
    rig.tick();
    rig.publish(NEVER);
    rig.tick(12);
    rig.publish(ALWAYS);
    rig.tick();
    rig.send({ type: 'reset' });
    expect(rig.of('decision').at(-1)!.ask.episodeId).toBe(episodeId);
    expect(told()).toEqual([
      [1, 'asked', 1],
      [2, 'asked', 1],
      [3, 'asked', 1],
      [1, 'taken-over', 1],
      [2, 'withdrawn', 1],
      [3, 'ended', 1],
    ]);
  });

  it('is no record where nobody is there to be asked', () => {
    rig.send({ type: 'viewers', count: 0 });
    rig.publish(ALWAYS);
    rig.tick(5);
    rig.send({ type: 'reset' });
    expect(told()).toEqual([]);
  });
});
