/** An unfinished ranking: groups of clips by index, best first; clips of one group are equally good. */
export type Placing = readonly (readonly number[])[];

/** Puts a clip behind all others, or beside the last ones; one that is placed is taken out instead. */
export function place(placing: Placing, clip: number, besideLast: boolean): Placing {
  if (placing.some((group) => group.includes(clip)))
    return placing.map((group) => group.filter((c) => c !== clip)).filter((g) => g.length > 0);
  const last = placing.at(-1);
  if (besideLast && last) return [...placing.slice(0, -1), [...last, clip]];
  return [...placing, [clip]];
}

export function takeBack(placing: Placing): Placing {
  const last = placing.at(-1);
  if (!last) return placing;
  const rest = last.slice(0, -1);
  return [...placing.slice(0, -1), ...(rest.length > 0 ? [rest] : [])];
}

/** Clips placed before a clip's group: 0 is the best; undefined while it is not placed. */
export function rankOf(placing: Placing, clip: number): number | undefined {
  let before = 0;
  for (const group of placing) {
    if (group.includes(clip)) return before;
    before += group.length;
  }
  return undefined;
}

/** Rank per clip once at most one is not placed, which is then the last; undefined before. */
export function orderOf(placing: Placing, clips: number): number[] | undefined {
  const placed = placing.flat().length;
  if (placed < clips - 1) return undefined;
  return Array.from({ length: clips }, (_, clip) => rankOf(placing, clip) ?? placed);
}
