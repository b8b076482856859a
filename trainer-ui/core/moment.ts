/** A moment of an episode, and the part of the address that names it. */
export interface Moment {
  readonly episodeId: string;
  readonly step: number;
}

const ID = /^[\w.:-]{1,64}$/;

/** undefined for an address that names none. */
export function momentOf(hash: string): Moment | undefined {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const episodeId = fields.get('episode') ?? '';
  const step = Number(fields.get('step') ?? 0);
  if (!ID.test(episodeId) || !Number.isInteger(step) || step < 0) return undefined;
  return { episodeId, step };
}

export function hashOf({ episodeId, step }: Moment): string {
  return `#${new URLSearchParams({ episode: episodeId, step: String(step) })}`;
}
