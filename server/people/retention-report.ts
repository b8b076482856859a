/** The rules of retention, and what they come to now. */
import type { RetentionReply } from '../protocol/index.ts';
import type { Due, RetentionStorage } from '../storage/retention-contract.ts';

const SWEEPS = 20;

/** @param isServed whether a server works on it, which remembers part of what is due */
export async function retentionReport(
  storage: Pick<RetentionStorage, 'listRetention' | 'listDue' | 'listSweeps'>,
  nameOf: (id: string) => string,
  now: number,
  isServed: boolean,
): Promise<RetentionReply> {
  const all = await storage.listDue(now);
  const rules = (await storage.listRetention()).map(({ name, days, hold }) => {
    const own = all.filter((each) => each.name === name);
    const going = own.filter(({ heldBy }) => heldBy === null);
    const waiting = isServed ? going.filter(({ isRemembered }) => isRemembered).length : 0;
    return {
      ...{ name, days, hold: hold && { ...hold, actor: nameOf(hold.actor) } },
      ...{ due: going.length - waiting, waiting, held: held(own) },
    };
  });
  const sweeps = await storage.listSweeps(SWEEPS);
  return { rules, sweeps: sweeps.map((each) => ({ ...each, actor: nameOf(each.actor) })) };
}

/** By what holds them. */
function held(due: readonly Due[]): { why: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { heldBy } of due)
    if (heldBy !== null) counts.set(heldBy, (counts.get(heldBy) ?? 0) + 1);
  return [...counts].map(([why, count]) => ({ why, count }));
}
