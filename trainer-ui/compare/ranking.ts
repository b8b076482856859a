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

/** Where a clip is dropped: as good as a group, or before the group of that index (their number: after all). */
export type Drop = { readonly beside: number } | { readonly before: number };

/** A clip is put where it was dropped, wherever it was before. Groups count as they stand, with the clip in them. */
export function dropAt(placing: Placing, clip: number, drop: Drop): Placing {
  const without = placing.map((group) => group.filter((c) => c !== clip));
  const next =
    'beside' in drop
      ? without.map((group, i) => (i === drop.beside ? [...group, clip] : group))
      : [...without.slice(0, drop.before), [clip], ...without.slice(drop.before)];
  return next.filter((group) => group.length > 0);
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Of boxes in reading order: over the middle half of the nearest one it is beside it, otherwise before or after it. */
export function dropOver(x: number, y: number, groups: readonly Box[]): Drop {
  const away = ({ left, right, top, bottom }: Box) =>
    Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
  let nearest = -1;
  for (const [i, box] of groups.entries())
    if (nearest < 0 || away(box) < away(groups[nearest]!)) nearest = i;
  const box = groups[nearest];
  if (!box) return { before: 0 };
  const share = (x - box.left) / (box.right - box.left);
  if (share < 0.25) return { before: nearest };
  return share > 0.75 ? { before: nearest + 1 } : { beside: nearest };
}
