/**
 * A page's seat at the live simulations: the one in its focus, which it sees whole and drives, and small pictures of
 * the others where it wants them.
 */
import type { Driver, LiveHandle, RunHandle, RunListener } from '../contract.ts';
import {
  type ClientMessage,
  type ControlInput,
  type ControlMessage,
  liveOf,
  OP,
  opcode,
  type ServerMessage,
} from '../protocol/index.ts';
import { liveCommandOf } from './control.ts';
import { FROZEN_SECONDS, Hand } from './hand.ts';
import { named } from './named.ts';
import type { Outbox } from './outbox.ts';
import { refusedToOnlookers } from './precedence.ts';
import { Refusal } from './refusal.ts';
import type { SceneSender } from './scene-sender.ts';
import { Tiles } from './tiles.ts';

export interface SeatOptions {
  readonly sessionId: string;
  readonly run: RunHandle;
  readonly outbox: Pick<Outbox, 'isSlow' | 'send' | 'sendFrame'>;
  readonly scenes: Pick<SceneSender, 'moved'>;
  /** A person as others are told. */
  readonly nameOf: (teacherId: string) => string;
}

export class Seat implements RunListener {
  readonly #options: SeatOptions;
  readonly #tiles = new Tiles();
  #live = 0;
  #wantsOthers = false;
  /** Contacts and joints of whatever is in focus. */
  #wantsOverlays = false;
  #hand = new Hand();

  constructor(options: SeatOptions) {
    this.#options = options;
  }

  /** Number of the live simulation in focus. */
  get live(): number {
    return this.#live;
  }

  get #focus(): LiveHandle {
    return this.#options.run.lives[this.#live]!;
  }

  /** @throws Refusal for a simulation that is not there */
  look({ live, wall }: Extract<ClientMessage, { type: 'look' }>): void {
    const { lives } = this.#options.run;
    if (live >= lives.length)
      throw new Refusal(
        'bad-message',
        `look.live: is ${live}, allowed 0 to ${lives.length - 1}; serve --live N runs N side by side`,
      );
    const [before, hadOthers] = [this.#live, this.#wantsOthers];
    if (live !== before) this.leave();
    this.#live = live;
    this.#wantsOthers = wall;
    if (live !== before && this.#wantsOverlays) this.#showOverlays(true);
    for (const number of lives.keys()) {
      const isNew = number === live ? live !== before : !hadOthers || number === before;
      if (isNew && this.#isSeen(number)) this.#show(number);
    }
  }

  /** The newest frame: while the simulation is paused, no other follows. */
  showPicture(number = this.#live): void {
    const { picture } = this.#options.run.lives[number]!;
    if (picture) this.#options.outbox.sendFrame(picture);
  }

  #show(number: number): void {
    const { run, scenes } = this.#options;
    const { state } = run.lives[number]!;
    if (state) scenes.moved(number, state.sceneId, state.seed);
    this.message(run.status(number));
    this.showPicture(number);
  }

  /** The page lets go of what it has in focus. */
  leave(): void {
    if (this.#wantsOverlays) this.#showOverlays(false);
    this.#hand = new Hand();
    const live = this.#focus;
    const { sessionId } = this.#options;
    if (live.holder?.sessionId === sessionId) live.send({ type: 'release' });
    if (live.recorder?.sessionId === sessionId) live.send({ type: 'end-recording' });
  }

  // ------------------------------------------------------------------ what the run tells

  message(message: ServerMessage): void {
    const { outbox, nameOf } = this.#options;
    outbox.send(named(message, nameOf));
  }

  scene(live: number, sceneId: number, seed: number): void {
    if (this.#isSeen(live)) this.#options.scenes.moved(live, sceneId, seed);
  }

  /** All frames of the simulation in focus; some of the others, none while the page is slow. */
  frame(buffer: ArrayBuffer): void {
    const { outbox, run } = this.#options;
    const live = liveOf(buffer);
    if (live === this.#live) {
      outbox.sendFrame(buffer);
      return;
    }
    if (!this.#wantsOthers || opcode(buffer) !== OP.frame || outbox.isSlow) return;
    const others = run.lives.length - 1;
    if (this.#tiles.take(live, buffer.byteLength, others, performance.now()))
      outbox.sendFrame(buffer);
  }

  #isSeen(live: number): boolean {
    return live === this.#live || this.#wantsOthers;
  }

  // ------------------------------------------------------------------ what the page does

  drive(input: ControlInput, driver: Driver): void {
    const { run } = this.#options;
    const live = this.#focus;
    if (input.live !== this.#live) return; // of the focus before, which was let go of
    const present = { step: live.step, controlDt: run.facts.controlDt };
    const judgement = this.#hand.judge(input, performance.now(), present);
    switch (judgement.kind) {
      case 'lets-go':
        if (live.holder?.sessionId === driver.sessionId)
          live.send({ type: 'input', input, driver });
        return;
      case 'stale':
        return;
      case 'frozen':
        if (!judgement.isNews) return;
        throw new Refusal(
          'let-go-first',
          `input: nothing came from here for ${FROZEN_SECONDS} s; let go of the controls, then take over again`,
        );
      case 'drives':
        if (live.state?.oversight === 'out')
          throw new Refusal(
            'not-allowed',
            'input: the simulation runs out of the loop; bring people into it again to drive',
          );
        if (!live.takeControl(driver))
          throw new Refusal(
            'control-taken',
            `${this.#toldOf(live.recorder ?? live.holder, driver.teacherId)} is ${live.recorder ? 'recording; wait until they end it' : 'driving; wait until they let go'}`,
          );
        live.send({ type: 'input', input: { ...input, step: judgement.seen }, driver });
        return;
    }
  }

  /** @throws Refusal for what an onlooker may not do, and RunError for a recording from where there is nothing */
  async control(message: ControlMessage, teacherId: string): Promise<void> {
    const { sessionId, run } = this.#options;
    const live = this.#focus;
    const driver = live.otherDriver(sessionId);
    const refused = driver && refusedToOnlookers(message.action, this.#toldOf(driver, teacherId));
    if (refused) throw new Refusal('not-allowed', refused, message.id);
    if (message.action === 'overlays') this.#wantsOverlays = message.on;
    if (message.action === 'estop') run.emergencyStop(this.#live, teacherId);
    else if (message.action === 'oversight') run.oversee(this.#live, message.mode, teacherId);
    else if (message.action === 'record')
      await run.record(this.#live, message.from, { sessionId, teacherId });
    else live.send(liveCommandOf(message, sessionId, teacherId), teacherId);
  }

  #showOverlays(on: boolean): void {
    this.#focus.send({ type: 'overlays', viewer: this.#options.sessionId, on });
  }

  /** As this page's person knows them. */
  #toldOf(driver: Driver | undefined, teacherId: string): string {
    if (driver?.teacherId === teacherId) return 'another tab or page of yours';
    return driver ? this.#options.nameOf(driver.teacherId) : 'somebody';
  }
}
