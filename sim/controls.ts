/** How people drive an environment: a part of its contract (contract.ts). */

/** How a person drives one axis of the action space. */
export interface AxisControl {
  /** Index into the action. */
  readonly axis: number;
  readonly name: string;
  /** `KeyboardEvent.code`s that push the axis up and down. */
  readonly positiveKeys: readonly string[];
  readonly negativeKeys: readonly string[];
  /** Units per second towards the held direction, and back to rest on release. */
  readonly attack: number;
  readonly release: number;
  /** Value at rest. */
  readonly rest: number;
  /**
   * The axis is a position: while no person moves it, it stays where it is instead of returning to `rest`.
   * A new movement starts from the action that was executed last.
   */
  readonly holds?: boolean;
  /** Standard-gamepad axis index (or trigger pair) and its sign. */
  readonly gamepad?:
    | { readonly kind: 'stick'; readonly index: number; readonly sign: 1 | -1 }
    | { readonly kind: 'triggers'; readonly positive: number; readonly negative: number };
  /**
   * The axis moves the agent along the world's x or y. Where an environment has both, a page turns the
   * pair to the viewer: up is away from the camera, left is left.
   */
  readonly along?: 'x' | 'y';
  /** Share of the range that a held key or a full stick reaches; default 1. */
  readonly reach?: number;
  /** Keys or a gamepad button that change the reach while they are held, e.g. for fine work. */
  readonly paces?: readonly Pace[];
}

export interface Pace {
  readonly name: string;
  readonly keys: readonly string[];
  /** Standard-gamepad button index. */
  readonly button?: number;
  /** Share of the range, instead of `reach`. */
  readonly reach: number;
}
