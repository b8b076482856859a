/** Whether people are asked before a step: what is sensed of it, the rules on that, and what people have said so far. */
import type { ActivationSnapshot } from '../../agent/activation/contract.ts';
import type { GateSnapshot } from '../../agent/contract.ts';
import type { LiveEpisode } from './live-episode.ts';
import type { LivePictures, Moment } from './live-pictures.ts';
import type { EmitLive } from './messages.ts';
import { Oversight } from './oversight.ts';
import { type Ahead, Senses } from './senses.ts';
import { createTakeOverRequest, type TakeOverRequest } from './take-over-request.ts';
import type { Wheel } from './wheel.ts';

export class Asking {
  readonly oversight: Oversight;
  /** What is chosen is not executed: it waits for a person to allow it. */
  isHalted = false;
  readonly #episode: LiveEpisode;
  readonly #pictures: LivePictures;
  readonly #request: TakeOverRequest;
  readonly #senses: Senses;
  /** Reused from step to step. */
  readonly #ahead: { -readonly [key in keyof Ahead]: Ahead[key] } = {
    ...{ episodeId: '', step: 0, risk: Number.NaN, margin: Number.NaN, gate: Number.NaN },
    ...{ observation: new Float32Array(0), policyAction: new Float32Array(0) },
  };
  readonly #whyCall = () => this.#senses.conditions('call');

  /** `controlDt` in s; `seed`: the run's. */
  constructor(
    controlDt: number,
    seed: number,
    episode: LiveEpisode,
    pictures: LivePictures,
    emit: EmitLive,
  ) {
    this.#episode = episode;
    this.#pictures = pictures;
    this.#request = createTakeOverRequest(controlDt);
    this.#senses = new Senses(seed);
    this.oversight = new Oversight(controlDt, () => episode.id, emit);
  }

  set(gate: GateSnapshot | undefined, activation: ActivationSnapshot | undefined): void {
    this.#request.setGate(gate);
    this.#senses.set(activation);
    this.lookAhead();
  }

  /** The path is predicted whoever looks, where a rule in force reads it. */
  lookAhead(): void {
    this.#pictures.looksAhead = this.#senses.readsPath(
      this.oversight.mode === 'in' ? 'wait' : 'call',
    );
  }

  /** Another episode is open. */
  reset(): void {
    this.#request.reset();
    this.oversight.reset();
    this.isHalted = false;
  }

  /** Before a step, its action chosen: whether the agent calls for a person and whether it waits for leave. */
  look({ ts, action, policyAction }: Moment, wheel: Wheel, now: number): void {
    const { oversight } = this;
    const step = this.#episode.length;
    if (wheel.driver === 'policy') this.#sense(ts.observation, policyAction, step);
    if (!this.isHalted) {
      const asks = wheel.driver === 'policy' && this.#senses.isMet('call');
      this.#request.step(wheel.driver, ts.observation, policyAction, action, asks);
    }
    this.#episode.askedSteps = this.#request.askedSteps;
    oversight.driver = wheel.driver;
    const brakes = wheel.releaseTo === 'brake';
    const told = oversight.tell(this.#request.now, brakes, step, now, this.#whyCall);
    wheel.isAsking = told === 'take-over';
    const isAlone = wheel.controller === 'policy' && !this.#episode.isRecording;
    this.isHalted = isAlone && this.#asksLeave(step, now);
  }

  #asksLeave(step: number, now: number): boolean {
    if (!this.oversight.mayAskLeave(step) || !this.#senses.isMet('wait')) return false;
    return this.oversight.askLeave(step, this.#senses.conditions('wait'), now);
  }

  #sense(observation: Float32Array, policyAction: Float32Array, step: number): void {
    const ahead = this.#ahead;
    ahead.episodeId = this.#episode.id;
    ahead.step = step;
    ahead.observation = observation;
    ahead.policyAction = policyAction;
    ahead.risk = this.#pictures.risk;
    ahead.margin = this.#pictures.margin;
    ahead.gate = this.#request.gateAsks(observation, policyAction);
    this.#senses.look(ahead);
  }
}
