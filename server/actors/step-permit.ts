/** What a free-running actor waits for before it steps on: a policy to act with, and credit. */
export class StepPermit {
  #steps = 0;
  #hasPolicy = false;
  #isClosed = false;
  #wake: (() => void) | undefined;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether steps are allowed now. */
  get isGranted(): boolean {
    return !this.#isClosed && this.#hasPolicy && this.#steps > 0;
  }

  /** There is a policy from now on. */
  allowPolicy(): void {
    this.#hasPolicy = true;
    this.#wake?.();
  }

  /** This many more steps may be sent. */
  grant(steps: number): void {
    this.#steps += steps;
    this.#wake?.();
  }

  /** A step was sent; a chunk that was begun is finished on the credit of the next. */
  spend(): void {
    this.#steps--;
  }

  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  /** Resolves once steps are allowed, with false when the actor was closed meanwhile. */
  async wait(): Promise<boolean> {
    while (!this.#isClosed && !this.isGranted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return !this.#isClosed;
  }
}
