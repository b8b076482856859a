/** Forces as a legend tells them. */

/** What the picture is to be read by; undefined: there is none of it now. */
export interface ForceScale {
  /** Of the longest arrow, N; half as long is a quarter of it. */
  readonly contact: number | undefined;
  /** Of the reddest joint, N m, or N where it slides. */
  readonly joint: number | undefined;
}

/** Two digits, because the scale follows what happens: `0.32`, `8.1`, `240`. */
export function roundForce(newton: number): string {
  if (newton >= 100) return String(Number(newton.toPrecision(2)));
  return newton.toPrecision(2);
}

export interface ForceWords {
  readonly contact: string;
  readonly joint: string;
}

/** '' where there is nothing to tell. Arrows are as long as the root of their force. */
export function forceWords(scale: ForceScale | undefined): ForceWords {
  const { contact, joint } = scale ?? {};
  return {
    contact:
      contact === undefined
        ? ''
        : `longest ${roundForce(contact)} N, half ${roundForce(contact / 4)} N`,
    joint: joint === undefined ? '' : `reddest ${roundForce(joint)} N m (sliding: N)`,
  };
}
