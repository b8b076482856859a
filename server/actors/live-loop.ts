/**
 * The live loop: one environment at its own pace, which a person may take over. Commands act between
 * two control steps; a step chooses the action, steps the environment, records and shows. Independent
 * of threads and clocks, so that tests drive it step by step. `now` is the wall clock throughout, ms.
 */
import { createPolicy } from '../../agent/acting/policy.ts';
import type { ActionSource, EpisodeEnd, Policy, PolicySnapshot } from '../../agent/contract.ts';
import type { Environment } from '../../sim/contract.ts';
import { createRandom } from '../../sim/random.ts';
import { clipInto } from '../../sim/spaces.ts';
import { type ControlInput, FLAG, isRelease, isStale } from '../protocol/index.ts';
import { Asking } from './asking.ts';
import { HeldAction } from './held-action.ts';
import { LiveEpisode } from './live-episode.ts';
import { LivePictures, type Moment } from './live-pictures.ts';
import { Recording } from './live-recording.ts';
import { stateOf } from './live-report.ts';
import { Seeds } from './live-seeds.ts';
import { LiveTakeover } from './live-takeover.ts';
import type {
  ActorData,
  Driver,
  EmitLive,
  LiveCommand,
  OverrideCause,
  RecordingStart,
  Steering,
} from './messages.ts';
import { hasOneScene } from './scene-id.ts';
import { Sharing } from './sharing.ts';
import { Wheel } from './wheel.ts';

/** The newest policy and its snapshot: a takeover keeps the one that it overrules. */
interface Acting {
  readonly policy: Policy;
  readonly snapshot: PolicySnapshot;
}

/** `copy` is an environment for predictions alone; `clock` in ms. */
export function createLiveLoop(...parts: ConstructorParameters<typeof LiveLoop>): LiveLoop {
  return new LiveLoop(...parts);
}

class LiveLoop {
  readonly #env: Environment;
  readonly #data: ActorData;
  readonly #emit: EmitLive;
  readonly #seeds: Seeds;
  readonly #held: HeldAction;
  /** What the driver wants, before it is clipped; (k). */
  readonly #wanted: Float32Array;
  readonly #wheel: Wheel;
  readonly #sharing: Sharing;
  readonly #asking: Asking;
  readonly #episode: LiveEpisode;
  readonly #takeover: LiveTakeover;
  readonly #pictures: LivePictures;
  readonly #moment: Moment;
  /** Nothing moves before the first snapshot. */
  #acting: Acting | undefined;
  /** Who acted in the latest step. */
  #source: ActionSource = 'policy';
  readonly #recording: Recording;

  constructor(
    env: Environment,
    copy: Environment,
    data: ActorData,
    emit: EmitLive,
    clock: () => number,
  ) {
    const k = env.actionSpace.size;
    this.#env = env;
    this.#data = data;
    this.#emit = emit;
    this.#seeds = new Seeds(data);
    this.#held = new HeldAction(env, data.safeAction);
    this.#wheel = new Wheel(env.controlDt);
    this.#sharing = new Sharing(env.controlDt, k);
    this.#wanted = new Float32Array(k);
    const oneScene = hasOneScene(env, data.trainSeeds.start);
    const ts = env.reset(data.trainSeeds.start);
    this.#episode = new LiveEpisode(env, data, oneScene, emit);
    this.#takeover = new LiveTakeover(this.#episode, emit);
    this.#recording = new Recording(this.#episode, this.#wheel);
    this.#pictures = new LivePictures(env, copy, this.#episode, emit, clock, data.live);
    this.#asking = new Asking(env.controlDt, data.seed, this.#episode, this.#pictures, emit);
    const action = new Float32Array(k);
    const policyAction = new Float32Array(k);
    this.#moment = { ts, action, policyAction, inputSequence: 0, isPaused: false, speed: 1 };
  }

  get speed(): number {
    return this.#moment.speed;
  }

  /** It is time for a control step. */
  tick(now: number): void {
    if (this.#recording.isForgotten(now)) this.#restart('aborted', 'recorded', now);
    this.#asking.oversight.tick(now, this.#moment.isPaused);
    if (!this.#moment.isPaused) this.#step(now);
  }

  /** Acts at once. A change that concerns people is reported, and shown even while nothing moves. */
  command(command: LiveCommand, now: number): void {
    switch (command.type) {
      case 'snapshot':
        this.#setSnapshot(command, now);
        return;
      case 'reset':
        this.#seeds.next = command.seed;
        if (this.#acting) this.#restart('aborted', 'reset', now);
        return;
      case 'rewind':
        this.#rewind(command.seconds, now);
        return;
      case 'record':
        if (this.#acting) this.#record(command.start, command.driver, now);
        return;
      case 'end-recording':
        if (this.#episode.isRecording) this.#restart('aborted', 'recorded', now);
        return;
      case 'viewers':
        this.#pictures.viewers = command.count;
        this.#asking.oversight.viewers = command.count;
        return;
      case 'overlays':
        this.#pictures.overlays.want(command.viewer, command.on);
        if (this.#moment.isPaused && this.#acting) this.#show(now);
        return;
      case 'predicted':
        this.#pictures.predicted = command;
        return;
      case 'resend':
        this.#episode.resend();
        return;
      case 'flush':
        this.#episode.flush();
        this.#emit({ type: 'flushed', tag: command.tag });
        return;
      case 'close':
        if (this.#acting) this.#close('aborted', 'shutdown');
        return;
      case 'input':
        if (this.#press(command.input, command.driver, now)) this.#report();
        return;
      default:
        this.#steer(command, now);
        this.#report();
        if (this.#moment.isPaused) this.#show(now);
    }
  }

  #steer(command: Steering, now: number): void {
    switch (command.type) {
      case 'release':
        this.#wheel.release();
        return;
      case 'release-to':
        this.#wheel.releaseTo = command.target;
        return;
      case 'estop':
        this.#takeover.end('estop');
        this.#wheel.stop();
        return;
      case 'play':
        this.#wheel.resume();
        this.#moment.isPaused = this.#recording.awaitsHands;
        return;
      case 'pause':
        this.#moment.isPaused = true;
        return;
      case 'step':
        if (this.#moment.isPaused) this.#step(now);
        return;
      case 'speed':
        this.#moment.speed = command.factor;
        return;
      case 'share':
        this.#takeover.end('released'); // one takeover has one share: it goes on as another
        this.#sharing.share = command.share;
        return;
      case 'fade':
        this.#sharing.seconds = command.seconds;
        return;
      case 'oversight':
        this.#asking.oversight.mode = command.mode;
        this.#asking.lookAhead();
        if (command.mode === 'out') this.#wheel.release();
        return;
      case 'answer':
        this.#asking.oversight.answer(command, this.#episode.length, now);
        return;
    }
  }

  /** False for an input of another size or episode, or one that is too old: it has no effect. */
  #press(input: ControlInput, driver: Driver, now: number): boolean {
    const letsGo = isRelease(input); // never too late
    const fits = input.values.length === this.#env.actionSpace.size;
    const isHere = fits && input.episodeNumber === this.#episode.number;
    const isOld = isStale(input.step, this.#episode.length, this.#env.controlDt);
    const isOut = this.#asking.oversight.mode === 'out' && !this.#episode.isRecording;
    const mayNot = !isHere || isOld || isOut;
    if (this.#recording.isDeafTo(driver, letsGo, now) || (!letsGo && mayNot)) return false;
    const takesOver = !letsGo && this.#wheel.driver !== 'human';
    // Silence, a lost line and a stop give control back at once: a last action is never held for those.
    if (letsGo && this.#wheel.driver === 'human' && this.#wasHuman)
      this.#sharing.fadeFrom(this.#moment.action);
    this.#wheel.press(input, driver, now);
    // A takeover ends a pause. A person who drives already does not end it by holding on.
    if (takesOver && !this.#wheel.isStopped) this.#moment.isPaused = false;
    return true;
  }

  #setSnapshot(
    { snapshot, gate, risk, activation }: Extract<LiveCommand, { type: 'snapshot' }>,
    now: number,
  ): void {
    this.#asking.set(gate, activation);
    this.#pictures.setRisk(risk);
    const policy = this.#acting?.policy;
    this.#acting = {
      policy: policy ?? createPolicy(snapshot, createRandom(this.#data.seed, 101)),
      snapshot,
    };
    if (policy) policy.setSnapshot(snapshot);
    else this.#begin(now);
    this.#emit({ type: 'snapshot-in-use', version: snapshot.version });
  }

  /** One control step, in order: choose the action, step, record, show. */
  #step(now: number): void {
    if (!this.#acting) return;
    const { policy, snapshot } = this.#acting;
    const moment = this.#moment;
    if (this.#asking.oversight.isWaiting(this.#episode.length, this.#wheel.driver, now)) return;

    const isNews = this.#chooseAction(policy, snapshot, now);
    if (this.#recording.awaitsHands || this.#asking.isHalted) {
      moment.isPaused ||= this.#recording.awaitsHands;
      this.#report();
      this.#show(now); // in the loop: with the path that people are asked about
      return;
    }
    this.#recording.movedAt = now;
    moment.ts = this.#env.step(moment.action);
    const { ts, action, policyAction } = moment;
    this.#episode.record(ts, action, policyAction, this.#source, policy.version, moment.speed);
    if (isNews) this.#report();
    this.#show(now);
    this.#episode.sendDueChunk();

    if (ts.kind !== 'last') return;
    const end = ts.discount === 0 ? 'terminated' : 'truncated';
    this.#restart(end, ts.info.endReason, now);
  }

  /** Writes the moment's actions; true when there is a change to report to people. */
  #chooseAction(policy: Policy, snapshot: PolicySnapshot, now: number): boolean {
    const { ts, action, policyAction } = this.#moment;
    const { actionSpace } = this.#env;
    const wheel = this.#wheel;
    const before = wheel.controller;
    const step = this.#episode.length;
    policy.act(ts.observation, policyAction, 'sample');
    wheel.isAsking = false;
    wheel.isRefused = this.#asking.oversight.refuses(step);
    const isExpired = wheel.expire(now);
    wheel.choose(policyAction, this.#held, this.#wanted);
    const clipped = clipInto(actionSpace, this.#wanted, action);
    this.#asking.look(this.#moment, wheel, now);
    if (this.#asking.isHalted) return true;
    wheel.isRefused = this.#asking.oversight.refuses(step); // at once where nobody is there to ask
    if (wheel.driver === 'policy' && wheel.controller === 'safe') this.#brake(); // it asks and brakes
    if (wheel.controller === 'policy') this.#held.forget();
    this.#moment.inputSequence = wheel.sequence;

    const isHuman = wheel.controller === 'human';
    if (isHuman && clipped > 0) this.#episode.countClipped();
    this.#follow(wheel.person, snapshot, isExpired ? 'watchdog' : 'released');
    const isHandover = isHuman !== this.#wasHuman;
    this.#source = this.#mix();
    const isOther = isHandover || wheel.controller !== before;
    if (isOther) this.#pictures.mark(FLAG.handover);
    return isOther || isExpired || this.#asking.oversight.isNews;
  }

  /** Makes one of the two actions where they meet; whose it is. */
  #mix(): ActionSource {
    const { action, policyAction } = this.#moment;
    const sharing = this.#sharing;
    if (this.#wheel.controller === 'policy') return sharing.fade(action) ? 'fade' : 'policy';
    sharing.endFade();
    if (this.#wheel.controller === 'safe') return 'safe';
    if (this.#episode.isRecording) return 'human'; // what is recorded is the person's alone
    if (!sharing.blend(action, policyAction, (axis) => this.#wheel.moves(axis))) return 'human';
    this.#held.forget(); // what no person moves, the policy does
    return 'blend';
  }

  get #wasHuman(): boolean {
    return this.#source === 'human' || this.#source === 'blend';
  }

  /** One takeover per person: it ends when they let go and when another takes over from them. */
  #follow(person: Driver | undefined, snapshot: PolicySnapshot, cause: OverrideCause): void {
    const takeover = this.#takeover;
    if (this.#episode.isRecording || (person && takeover.isBy(person))) return;
    takeover.end(cause);
    const { share } = this.#sharing;
    if (person) takeover.begin(this.#env.saveState(), snapshot, person, share);
  }

  #brake(): void {
    this.#held.holdAll();
    clipInto(this.#env.actionSpace, this.#held.values, this.#moment.action);
  }

  /** The open episode ends and the next one begins. */
  #restart(end: EpisodeEnd, reason: string, now: number): void {
    this.#close(end, reason);
    if (this.#recording.end(now)) this.#moment.isPaused = false;
    this.#begin(now);
  }

  #close(end: EpisodeEnd, reason: string): void {
    this.#takeover.end('episode-end');
    this.#episode.close(end, reason);
  }

  #begin(now: number): void {
    this.#moment.ts = this.#episode.reset(this.#seeds.take(), now);
    this.#pictures.mark(FLAG.first);
    this.#enter(now);
  }

  /** The open episode ends, and the next one waits, paused, for the person who is to drive it. */
  #record(start: RecordingStart, driver: Driver, now: number): void {
    this.#close('aborted', 'reset');
    this.#moment.ts = this.#episode.startRecording(start, start.seed ?? this.#seeds.any(), now);
    this.#recording.begin(driver, now);
    this.#source = 'policy';
    this.#moment.isPaused = true;
    this.#pictures.mark(FLAG.first);
    this.#enter(now);
  }

  /** The steps driven stay on record as an aborted episode. The loop continues, paused, in a branch of it. */
  #rewind(seconds: number, now: number): void {
    this.#takeover.end('rewind');
    const ts = this.#episode.rewind(seconds, now);
    if (!ts) return;
    this.#moment.ts = ts;
    this.#wheel.release();
    this.#source = 'policy';
    this.#moment.isPaused = true;
    this.#enter(now);
  }

  /** Another episode is open. */
  #enter(now: number): void {
    this.#asking.reset();
    this.#wheel.isAsking = false;
    this.#held.forget();
    this.#sharing.endFade();
    this.#pictures.cut();
    this.#report();
    this.#show(now);
  }

  #report(): void {
    this.#asking.oversight.isNews = false;
    this.#emit(
      stateOf({
        ...{ moment: this.#moment, wheel: this.#wheel, episode: this.#episode },
        ...{
          sharing: this.#sharing,
          recording: this.#recording,
          oversight: this.#asking.oversight,
        },
        policyVersion: this.#acting?.policy.version ?? 0,
      }),
    );
  }

  #show(now: number): void {
    this.#pictures.show(this.#moment, this.#wheel.controller, this.#acting?.policy, now);
  }
}
