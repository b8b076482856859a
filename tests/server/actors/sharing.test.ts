/** Control that fades back, and control that is shared. The policy always wants (+0.2, −0.1). */
import { beforeEach, describe, expect, it } from 'vitest';
import { SOURCE_CODE } from '../../../agent/contract.ts';
import { FLAG } from '../../../server/protocol/index.ts';
import { createRig, POLICY, rounded, SAFE } from './live-rig.ts';

let rig: ReturnType<typeof createRig>;
const action = () => rounded(rig.frame().action);
const isHuman = () => (rig.frame().flags & FLAG.human) !== 0;
/** Ends the episode, and tells it. */
function recorded() {
  rig.send({ type: 'reset' });
  return rig.of('episode').at(-1)!.episode;
}
function letGo(): void {
  rig.hold([0, 0], 0);
}

beforeEach(() => {
  rig = createRig();
  rig.publish();
});

describe('[CTRL-24] control fades back', () => {
  const FADED = [
    [0.867, -0.017],
    [0.733, -0.033],
    [0.6, -0.05],
    [0.467, -0.067],
    [0.333, -0.083],
  ];

  it('from the last action to what the policy wants, in half a second unless set otherwise', () => {
    rig.hold([1, 0]);
    rig.tick(2);
    letGo();
    for (const expected of [...FADED, POLICY]) {
      rig.tick();
      expect(action()).toEqual(expected);
      expect(rounded(rig.frame().policyAction)).toEqual(POLICY);
      expect(isHuman()).toBe(false);
    }
    expect(rig.of('state').at(-1)).toMatchObject({ controller: 'policy', fadeSeconds: 0.5 });
    rig.send({ type: 'fade', seconds: 0.2 });
    rig.hold([1, 0]);
    rig.tick();
    letGo();
    rig.tick(2);
    expect(action()).toEqual([0.467, -0.067]);
    rig.tick();
    expect(action()).toEqual(POLICY);
  });

  it('and not at all where that is switched off', () => {
    rig.send({ type: 'fade', seconds: 0 });
    rig.hold([1, 0]);
    rig.tick();
    letGo();
    rig.tick();
    expect(action()).toEqual(POLICY);
  });

  it('its steps are the policy’s in the record, told apart, and of no takeover', () => {
    rig.tick(2);
    rig.hold([1, 0]);
    rig.tick(3);
    letGo();
    rig.tick(7);
    const { sources, summary } = recorded();
    const { policy, human, fade } = SOURCE_CODE;
    expect([...sources]).toEqual([
      ...Array(2).fill(policy),
      ...Array(3).fill(human),
      ...Array(5).fill(fade),
      ...Array(2).fill(policy),
    ]);
    expect(rig.of('override')).toMatchObject([{ from: 2, to: 5, cause: 'released' }]);
    expect(summary['askedSteps']).toBe(0);
  });

  it('a takeover ends it, and the next one begins where it is', () => {
    rig.hold([1, 0]);
    rig.tick();
    letGo();
    rig.tick(2);
    rig.hold([0.7, 0.3]);
    rig.tick();
    expect(action()).toEqual([0.7, 0.3]);
    letGo();
    rig.tick();
    expect(action()).toEqual([0.617, 0.233]);
    expect(rig.of('override')).toMatchObject([
      { from: 0, to: 1 },
      { from: 3, to: 4 },
    ]);
  });

  it.each([
    ['silence', () => rig.tick(5)],
    ['a lost line', () => rig.send({ type: 'release' })],
  ] as const)('%s holds no last action', (_what, end) => {
    rig.hold([1, 0]);
    rig.tick();
    end();
    rig.tick();
    expect(action()).toEqual(POLICY);
  });

  it('a stop and a brake act at once, and nothing of it is left after them', () => {
    rig.hold([1, 0]);
    rig.tick();
    letGo();
    rig.tick();
    rig.send({ type: 'estop' });
    rig.tick();
    expect(action()).toEqual(SAFE);
    rig.send({ type: 'play' });
    rig.tick();
    expect(action()).toEqual(POLICY);
    rig.send({ type: 'release-to', target: 'brake' });
    rig.hold([1, 0]);
    rig.tick();
    letGo();
    rig.tick();
    expect(action()).toEqual(SAFE);
  });

  it('nor does another episode begin with it', () => {
    rig.hold([1, 0]);
    rig.tick();
    letGo();
    rig.send({ type: 'reset' });
    rig.tick();
    expect(action()).toEqual(POLICY);
  });
});

describe('[CTRL-25] control is shared', () => {
  it('the person has their share on the axes that they move, the policy the rest', () => {
    rig.send({ type: 'share', share: 0.25 });
    rig.hold([1, 1], 0b01);
    rig.tick(2);
    expect(action()).toEqual([0.4, -0.1]);
    expect(rounded(rig.frame().policyAction)).toEqual(POLICY);
    expect(rig.of('state').at(-1)).toMatchObject({ controller: 'human', share: 0.25 });
    rig.hold([1, 1], 0b11);
    rig.tick();
    expect(action()).toEqual([0.4, 0.175]);
    letGo();
    rig.tick();
    expect(rig.of('override')).toMatchObject([{ from: 0, to: 3, share: 0.25 }]);
    expect([...recorded().sources]).toEqual([2, 2, 2, 3]);
  });

  it('what the person wanted follows from the record, as far as it was in the space', () => {
    rig.send({ type: 'share', share: 0.5 });
    rig.hold([3, -0.7], 0b11);
    rig.tick();
    const { actions, policyActions } = recorded();
    const wanted = actions.map((a, i) => (a - 0.5 * policyActions[i]!) / 0.5);
    expect(rounded(wanted)).toEqual([1, -0.7]);
  });

  it('another share is another takeover of the same person, without a gap', () => {
    rig.hold([1, 0]);
    rig.tick(2);
    rig.send({ type: 'share', share: 0.5 });
    rig.tick(2);
    rig.send({ type: 'share', share: 1 });
    rig.tick(1);
    letGo();
    rig.tick();
    const overrides = rig.of('override');
    expect(overrides.map(({ from, to, share }) => [from, to, share])).toEqual([
      [0, 2, undefined],
      [2, 4, 0.5],
      [4, 5, undefined],
    ]);
  });

  it('nothing is shared until somebody wants it, and a stop stops the policy’s share, too', () => {
    rig.hold([1, 0]);
    rig.tick();
    expect(action()).toEqual([1, 0]);
    rig.send({ type: 'share', share: 0.5 });
    rig.send({ type: 'estop' });
    rig.tick();
    expect(action()).toEqual(SAFE);
  });

  it('where axes are positions, those that nobody moves are the policy’s, and hold again with control of one’s own', () => {
    rig = createRig({ holds: true });
    rig.publish();
    rig.tick(5);
    rig.send({ type: 'share', share: 0.5 });
    rig.hold([0.6, 0], 0b01);
    rig.tick();
    expect(action()).toEqual([0.4, -0.1]);
    rig.send({ type: 'share', share: 1 });
    const y = rounded(rig.frame().poses)[1]!;
    rig.tick();
    expect(action()).toEqual([0.6, y]);
  });
});
