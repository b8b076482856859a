/** What rules of activation read of the step that is about to be made: each value once a step, and only if a rule asks for it. */
import { activationDefaults } from '../../agent/activation/config.ts';
import type { ActivationSnapshot, Condition, LeafName } from '../../agent/activation/contract.ts';
import { noveltyOf } from '../../agent/activation/familiar.ts';
import { createRewardSense, type RewardSense } from '../../agent/activation/reward-sense.ts';
import { type Activation, createActivation } from '../../agent/activation/rule.ts';
import { stableShare } from './stable-share.ts';

/** The step that is about to be made. */
export interface Ahead {
  readonly episodeId: string;
  readonly step: number;
  /** (d), (k) environment units. */
  readonly observation: Float32Array;
  readonly policyAction: Float32Array;
  /** Of the newest predicted path: risk, and seconds to what must not happen; NaN without one. */
  readonly risk: number;
  readonly margin: number;
  /** Whether the learner's gate asks; NaN: there is none. */
  readonly gate: number;
}

export class Senses {
  readonly #seed: number;
  #wait: Activation;
  #call: Activation;
  #familiar: ActivationSnapshot['familiar'];
  #reward: RewardSense | undefined;
  #rewardVersion = 0;
  /** Of the step before, and the step that it was. */
  #before = { mean: Number.NaN, episodeId: '', step: -1 };
  #ahead: Ahead | undefined;
  readonly #known = new Map<LeafName, number>();
  readonly #read = (leaf: LeafName): number => {
    let value = this.#known.get(leaf);
    if (value === undefined) {
      value = this.#sense(leaf, this.#ahead!);
      this.#known.set(leaf, value);
    }
    return value;
  };

  /** `seed`: the run's. */
  constructor(seed: number) {
    this.#seed = seed;
    this.#wait = createActivation(activationDefaults.wait);
    this.#call = createActivation(activationDefaults.call);
  }

  set(snapshot: ActivationSnapshot | undefined): void {
    const { rules, reward, familiar } = snapshot ?? { rules: activationDefaults };
    this.#wait = createActivation(rules.wait);
    this.#call = createActivation(rules.call);
    this.#familiar = familiar;
    if (reward?.version === this.#rewardVersion && this.#reward) return;
    this.#reward = reward && createRewardSense(reward);
    this.#rewardVersion = reward?.version ?? 0;
    this.#before = { mean: Number.NaN, episodeId: '', step: -1 }; // of another reward
  }

  /** Whether a rule reads the predicted path, whoever looks. */
  readsPath(rule: 'wait' | 'call'): boolean {
    const { leaves } = this.#ruleOf(rule);
    return leaves.has('risk') || leaves.has('margin');
  }

  /** Every step on which the agent drives, before either rule is judged. */
  look(ahead: Ahead): void {
    this.#ahead = ahead;
    this.#known.clear();
    if (!this.#reward) return;
    const { episodeId, step } = ahead;
    const isNext = this.#before.episodeId === episodeId && this.#before.step === step - 1;
    const last = isNext ? this.#before.mean : Number.NaN;
    this.#reward.look(ahead.observation, ahead.policyAction);
    this.#known.set('disagreement', this.#reward.deviation);
    this.#known.set('rewardJump', Math.abs(this.#reward.mean - last));
    if (this.#before.episodeId === episodeId && this.#before.step === step) return; // it waits here
    this.#before = { mean: this.#reward.mean, episodeId, step };
  }

  /** After `look`. */
  isMet(rule: 'wait' | 'call'): boolean {
    return this.#ruleOf(rule).isMet(this.#read);
  }

  /** Every leaf of the rule, as it was last judged. */
  conditions(rule: 'wait' | 'call'): Condition[] {
    return this.#ruleOf(rule).conditions();
  }

  #ruleOf(rule: 'wait' | 'call'): Activation {
    return rule === 'wait' ? this.#wait : this.#call;
  }

  #sense(leaf: LeafName, ahead: Ahead): number {
    const { episodeId, step } = ahead;
    switch (leaf) {
      case 'gate':
      case 'risk':
      case 'margin':
        return ahead[leaf];
      case 'novelty':
        return this.#familiar ? noveltyOf(this.#familiar, ahead.observation) : Number.NaN;
      case 'sampleSteps':
        return 100 * stableShare(`${this.#seed}/${episodeId}/${step}`);
      case 'sampleEpisodes':
        return 100 * stableShare(`${this.#seed}/${episodeId}`);
      case 'disagreement':
      case 'rewardJump':
        return Number.NaN; // no reward is learned yet
    }
  }
}
