/** Answers that have come and are not on disk yet, by person. */
export class InHand {
  readonly #counts = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  /** @returns to be called once it is written, or will not be */
  begin(teacherId: string): () => void {
    this.#counts.set(teacherId, this.#of(teacherId) + 1);
    return () => {
      const left = this.#of(teacherId) - 1;
      if (left > 0) return void this.#counts.set(teacherId, left);
      this.#counts.delete(teacherId);
      for (const resolve of this.#waiting.get(teacherId) ?? []) resolve();
      this.#waiting.delete(teacherId);
    };
  }

  /** Resolves at the first moment without any of this person. */
  none(teacherId: string): Promise<void> {
    if (this.#of(teacherId) === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.set(teacherId, [...(this.#waiting.get(teacherId) ?? []), resolve]);
    });
  }

  #of(teacherId: string): number {
    return this.#counts.get(teacherId) ?? 0;
  }
}
