/** The live actors of a run: one environment each, at its own pace, which people see and may take over. */
import type { EnvironmentFacts, LiveCommand } from '../actors/messages.ts';
import type { LiveActor, LiveReport, Published } from './live-actor.ts';

export class LiveActors {
  /** In order of their numbers, at least one. */
  readonly all: readonly LiveActor[];

  /** `create` is given a number, from 0. */
  constructor(count: number, create: (live: number) => LiveActor) {
    this.all = Array.from({ length: count }, (_, live) => create(live));
  }

  get #first(): LiveActor {
    return this.all[0]!;
  }

  /** Resolves once all have started. @throws what one of their threads threw. */
  get started(): Promise<EnvironmentFacts> {
    return Promise.all(this.all.map((live) => live.started)).then(([facts]) => facts!);
  }

  /** The same of all. @throws Error before `started` has resolved. */
  get facts(): EnvironmentFacts {
    return this.#first.facts;
  }

  get areWorking(): boolean {
    return this.all.every((live) => live.isWorking);
  }

  /** The one whose open episode it is. */
  of(episodeId: string): LiveActor | undefined {
    return this.all.find((live) => live.state?.episodeId === episodeId);
  }

  /** Steps of this episode are still to come. */
  isOpen(episodeId: string): boolean {
    return this.of(episodeId) !== undefined;
  }

  /** As `LiveActor.reached`, of whichever drives the episode. */
  async reached(episodeId: string, steps: number): Promise<void> {
    await this.of(episodeId)?.reached(episodeId, steps);
  }

  /** Resolves once what the report brought is on disk. */
  start(listener: (live: number, report: LiveReport) => Promise<void>): void {
    for (const [i, live] of this.all.entries()) live.start((report) => listener(i, report));
  }

  send(command: LiveCommand): void {
    for (const live of this.all) live.send(command);
  }

  publish(published: Published): void {
    for (const live of this.all) live.publish(published);
  }

  /** Their threads have ended. */
  async gone(): Promise<void> {
    await Promise.all(this.all.map((live) => live.gone));
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((live) => live.close()));
  }
}
