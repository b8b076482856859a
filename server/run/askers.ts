/** The pages whose people answer queries now. */
import type { Asker } from '../contract.ts';
import type { ServerMessage } from '../protocol/index.ts';

export class Askers {
  readonly #byPage = new Map<string, Asker>();

  set(asker: Asker): void {
    this.#byPage.set(asker.viewer, asker);
  }

  delete(viewer: string): void {
    this.#byPage.delete(viewer);
  }

  of(teacherId: string): readonly Asker[] {
    return [...this.#byPage.values()].filter((asker) => asker.teacherId === teacherId);
  }

  tell(words: (teacherId: string) => ServerMessage | undefined): void {
    for (const { teacherId, message } of this.#byPage.values()) {
      const said = words(teacherId);
      if (said) message(said);
    }
  }

  /** Each person once, on all their pages. */
  tellEach(words: (teacherId: string) => ServerMessage | undefined): void {
    for (const teacherId of this.demand(() => true).keys()) {
      const said = words(teacherId);
      if (said) for (const { message } of this.of(teacherId)) message(said);
    }
  }

  /** By person: how many queries they want to hold, the most of their pages. */
  demand(mayAnswer: (teacherId: string) => boolean): Map<string, number> {
    const demand = new Map<string, number>();
    for (const { teacherId, count } of this.#byPage.values())
      if (mayAnswer(teacherId)) demand.set(teacherId, Math.max(count, demand.get(teacherId) ?? 0));
    return demand;
  }
}
