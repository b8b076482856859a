import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Controller, Request } from '../../../server/actors/messages.ts';
import {
  AGREE_SECONDS,
  createTakeOverRequest,
  DIFFER_SECONDS,
  HOLD_SECONDS,
} from '../../../server/actors/take-over-request.ts';
import { ALWAYS, gateOnX } from './gates.ts';

interface Step {
  controller: Controller;
  /** The gate asks here. */
  asks: boolean;
  /** The person does what the policy wants. */
  agrees: boolean;
}

const steps = fc
  .array(
    fc.record({
      // Longer stretches than a fair coin would give.
      controller: fc.constantFrom<Controller>(
        'policy',
        'policy',
        'policy',
        'human',
        'human',
        'safe',
      ),
      asks: fc.boolean(),
      agrees: fc.boolean(),
      times: fc.integer({ min: 1, max: 25 }),
    }),
    { maxLength: 20 },
  )
  .map((parts) => parts.flatMap(({ times, ...step }) => Array<Step>(times).fill(step)));
const rates = fc.constantFrom(0.02, 0.05, 0.1, 0.3, 2);

const wish = Float32Array.of(0.2, -0.1);
const other = Float32Array.of(-0.9, 0.9);

/** By the gate alone, as the rules are by default. */
const step = (
  request: ReturnType<typeof createTakeOverRequest>,
  controller: Controller,
  observation: Float32Array,
  wanted: Float32Array,
  action: Float32Array,
): Request => {
  const asks = request.gateAsks(observation, wanted) === 1;
  return request.step(controller, observation, wanted, action, asks);
};

function play(request: ReturnType<typeof createTakeOverRequest>, list: readonly Step[]): Request[] {
  return list.map(({ controller, asks, agrees }) =>
    step(request, controller, Float32Array.of(asks ? 1 : -1, 0), wish, agrees ? wish : other),
  );
}

it('[CTRL-12] a request comes with the step that asks and is held for a second after the last one', () => {
  fc.assert(
    fc.property(steps, rates, (list, dt) => {
      const request = createTakeOverRequest(dt);
      request.setGate(gateOnX(0));
      const said = play(request, list);
      const hold = Math.round(HOLD_SECONDS / dt + 0.499);
      for (const [i, { controller }] of list.entries()) {
        // Back to where somebody else took over: only this stretch of the policy counts.
        let from = i;
        while (from > 0 && list[from - 1]!.controller === 'policy') from--;
        const recent = list.slice(Math.max(from, i - hold), i + 1);
        const asked = controller === 'policy' && recent.some((s) => s.asks);
        expect(said[i] === 'take-over').toBe(asked);
      }
      const counted = list.filter((s) => s.controller === 'policy' && s.asks).length;
      expect(request.askedSteps).toBe(counted);
    }),
  );
});

it('[CTRL-13] a person may let go after half a second of doing what the policy would, until they have differed for 0.3 s', () => {
  fc.assert(
    fc.property(steps, rates, (list, dt) => {
      const request = createTakeOverRequest(dt);
      request.setGate(gateOnX(0));
      const said = play(request, list);
      const needed = Math.round(AGREE_SECONDS / dt + 0.499);
      const enough = Math.round(DIFFER_SECONDS / dt + 0.499);
      /** The `count` steps up to `i` are a person's who agrees, or does not. */
      const uniform = (i: number, count: number, agrees: boolean) =>
        i + 1 >= count &&
        list
          .slice(i + 1 - count, i + 1)
          .every((s) => s.controller === 'human' && s.agrees === agrees);
      for (let i = 0; i < list.length; i++) {
        // The latest step that settled it: offered, or withdrawn, or no person's.
        let at = i;
        while (at >= 0 && list[at]!.controller === 'human') {
          if (uniform(at, needed, true) || uniform(at, enough, false)) break;
          at--;
        }
        expect(said[i] === 'hand-back').toBe(at >= 0 && uniform(at, needed, true));
      }
    }),
  );
});

it('[CTRL-12] nothing is asked without a gate, nor while nobody may drive', () => {
  fc.assert(
    fc.property(steps, rates, (list, dt) => {
      const request = createTakeOverRequest(dt);
      expect(play(request, list)).toEqual(list.map(() => 'none'));
      request.setGate(ALWAYS);
      const safe = list.map((s): Step => ({ ...s, controller: 'safe' }));
      expect(play(request, safe)).toEqual(list.map(() => 'none'));
      expect(request.askedSteps).toBe(0);
    }),
  );
});

it('[CTRL-12] a new episode begins without a request, and so does a learner whose gate is gone', () => {
  const here = Float32Array.of(1, 0);
  const request = createTakeOverRequest(0.1);
  request.setGate(gateOnX(0));
  expect(step(request, 'policy', here, wish, wish)).toBe('take-over');
  request.reset();
  expect([request.now, request.askedSteps]).toEqual(['none', 0]);
  expect(step(request, 'policy', Float32Array.of(-1, 0), wish, wish)).toBe('none');
  expect(step(request, 'policy', here, wish, wish)).toBe('take-over');
  request.setGate(undefined);
  expect(request.now).toBe('none');
  expect(step(request, 'policy', here, wish, wish)).toBe('none');
});

it('[CTRL-12] a new gate of the same learner does not drop the request that is held', () => {
  const request = createTakeOverRequest(0.1);
  request.setGate(gateOnX(0));
  step(request, 'policy', Float32Array.of(1, 0), wish, wish);
  request.setGate(gateOnX(-0.5));
  expect(step(request, 'policy', Float32Array.of(0.2, 0), wish, wish)).toBe('take-over');
});
