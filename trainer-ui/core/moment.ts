/** A moment of an episode, or of two beside each other, and the part of the address that names it. */
export interface Moment {
  readonly episodeId: string;
  readonly step: number;
  /** Another episode that is shown beside it, as many steps after its own beginning. */
  readonly beside?: string;
}

const ID = /^[\w.:-]{1,64}$/;

/** undefined for an address that names none. */
export function momentOf(hash: string): Moment | undefined {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const episodeId = fields.get('episode') ?? '';
  const step = Number(fields.get('step') ?? 0);
  const beside = fields.get('beside') ?? undefined;
  if (!ID.test(episodeId) || !Number.isInteger(step) || step < 0) return undefined;
  if (beside === undefined) return { episodeId, step };
  return ID.test(beside) ? { episodeId, step, beside } : undefined;
}

export function hashOf({ episodeId, step, beside }: Moment): string {
  const fields = { episode: episodeId, step: String(step), ...(beside ? { beside } : {}) };
  return `#${new URLSearchParams(fields)}`;
}
