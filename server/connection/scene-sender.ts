/** Scenes to one page: each once, before the first poses of it, and none while the page is slow. */
import type { RunHandle } from '../contract.ts';
import type { ConnectionLog } from './counted-log.ts';
import type { Outbox } from './outbox.ts';

interface LiveScene {
  readonly sceneId: number;
  readonly seed: number;
}

export class SceneSender {
  readonly #run: Pick<RunHandle, 'sceneMessage'>;
  readonly #outbox: Outbox;
  readonly #log: Pick<ConnectionLog, 'error'>;
  readonly #sent = new Set<number>();
  /** The scenes of live simulations by their numbers, while this page is too slow to be sent them. */
  readonly #held = new Map<number, LiveScene>();

  constructor(
    run: Pick<RunHandle, 'sceneMessage'>,
    outbox: Outbox,
    log: Pick<ConnectionLog, 'error'>,
  ) {
    this.#run = run;
    this.#outbox = outbox;
    this.#log = log;
  }

  /** Once per connection and scene. @throws Error when no actor describes it in time. */
  async send(sceneId: number, seed: number): Promise<void> {
    if (this.#sent.has(sceneId)) return;
    this.#sent.add(sceneId);
    try {
      this.#outbox.sendReady(await this.#run.sceneMessage(sceneId, seed));
    } catch (error) {
      this.#sent.delete(sceneId); // asked for again with the next clip or episode of it
      throw error;
    }
  }

  /** A live episode moved there. Scenes are large: a slow page gets the current one once it has caught up. */
  moved(live: number, sceneId: number, seed: number): void {
    this.#held.set(live, { sceneId, seed });
    this.catchUp();
  }

  catchUp(): void {
    for (const [live, { sceneId, seed }] of this.#held) {
      if (this.#outbox.isSlow) return;
      this.#held.delete(live);
      this.send(sceneId, seed).catch((error) => this.#log.error({ error: String(error) }, 'scene'));
    }
  }
}
