/** The takeover that is going on, if any: where it began and which policy it overruled. Reported when it ends. */
import { takenFrom } from '../../agent/acting/counterfactual.ts';
import type { PolicySnapshot } from '../../agent/contract.ts';
import type { EnvState } from '../../sim/contract.ts';
import type { LiveEpisode } from './live-episode.ts';
import type { Driver, EmitLive, OverrideCause } from './messages.ts';

/** `state` and `snapshot` are the environment and the policy at step `from`. */
interface Takeover {
  readonly from: number;
  readonly state: EnvState;
  readonly snapshot: PolicySnapshot;
  readonly driver: Driver;
  /** Of the action that is the person's, in (0, 1]. */
  readonly share: number;
}

export class LiveTakeover {
  readonly #episode: LiveEpisode;
  readonly #emit: EmitLive;
  #open: Takeover | undefined;

  constructor(episode: LiveEpisode, emit: EmitLive) {
    this.#episode = episode;
    this.#emit = emit;
  }

  /** Whether it is this person's, by connection. */
  isBy(driver: Driver): boolean {
    return this.#open?.driver.sessionId === driver.sessionId;
  }

  /** A person acts from the coming step on. */
  begin(state: EnvState, snapshot: PolicySnapshot, driver: Driver, share: number): void {
    this.#open = { from: this.#episode.length, state, snapshot, driver, share };
  }

  /** The latest step was the last of it; one without steps is forgotten. */
  end(cause: OverrideCause): void {
    const takeover = this.#open;
    this.#open = undefined;
    const { id: episodeId, seed, length: to } = this.#episode;
    if (!takeover || to <= takeover.from) return;
    const { from, state, snapshot, driver, share } = takeover;
    const { teacherId } = driver;
    this.#episode.sendChunk(); // the learner knows the steps before it hears of the takeover
    const taken = takenFrom(this.#episode.recorded(), from, to);
    this.#emit({
      type: 'override',
      episodeId,
      from,
      to,
      seed,
      state,
      snapshot,
      taken,
      teacherId,
      cause,
      ...(share < 1 ? { share } : {}),
    });
  }
}
