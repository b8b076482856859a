/** Which query each page has on screen, and whose page it is. */
import type { Assignment } from '../storage/contract.ts';

export class OnScreen {
  readonly #shown = new Map<string, { readonly teacherId: string; readonly queryId: string }>();

  /** @param queryId undefined: the page shows none */
  show(viewer: string, teacherId: string, queryId: string | undefined): void {
    if (queryId === undefined) this.#shown.delete(viewer);
    else this.#shown.set(viewer, { teacherId, queryId });
  }

  leave(viewer: string): void {
    this.#shown.delete(viewer);
  }

  /** Queries that anybody looks at. */
  queries(): Set<string> {
    return new Set([...this.#shown.values()].map((shown) => shown.queryId));
  }

  /** A query that this person looks at. */
  of(teacherId: string): string | undefined {
    return [...this.#shown.values()].find((shown) => shown.teacherId === teacherId)?.queryId;
  }

  has({ teacherId, queryId }: Pick<Assignment, 'teacherId' | 'queryId'>): boolean {
    for (const shown of this.#shown.values())
      if (shown.teacherId === teacherId && shown.queryId === queryId) return true;
    return false;
  }
}
