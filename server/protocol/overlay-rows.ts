/** What overlays show at rows [from, to) of a stored episode, as `Environment` writes it; row i is the state after i steps. */
export interface OverlayRows {
  readonly from: number;
  readonly to: number;
  readonly contacts: readonly (readonly number[])[];
  readonly joints: readonly (readonly number[])[];
  readonly rays: readonly (readonly number[])[];
}
