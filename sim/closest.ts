/** The word of `words` that `word` most likely misspells; undefined when none is close enough. */
export function closest(word: string, words: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const other of words) {
    const distance = edits(word.toLowerCase(), other.toLowerCase());
    // A third of the shorter word, so that a short word does not pass for another short word.
    const most = Math.max(1, Math.floor(Math.min(word.length, other.length) / 3));
    if (distance <= most && distance < least) [best, least] = [other, distance];
  }
  return best;
}

/** Letters inserted, removed, replaced or swapped with their neighbour to turn `a` into `b` (Damerau 1964, optimal alignment). */
function edits(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, rows[i - 1]![j]! + 1, row[j - 1]! + 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
