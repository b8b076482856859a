/** What an onlooker can see of the wheel, in steps of the simulation: no slow machine breaks it. */
import { STALE_SECONDS, WATCHDOG_SECONDS } from '../../server/protocol/index.ts';
import type { Person, Seen } from './person.ts';
import type { Report } from './report.ts';

/** Frames of steps that a person drove, each step once. */
export function driven(seen: readonly Seen[]): Seen[] {
  return seen.filter((s, i) => s.isHuman && s.step !== seen[i - 1]?.step);
}

/** The most steps that one input acted for. */
export function longest(seen: readonly Seen[]): number {
  const counts = new Map<number, number>();
  for (const { inputSequence } of driven(seen))
    counts.set(inputSequence, (counts.get(inputSequence) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/** The watchdog's promise and that of stale inputs, for everything that `onlooker` saw of `driver`. */
export function checkWheel(onlooker: Person, driver: Person, report: Report): void {
  const { controlDt } = onlooker.welcome!.environment;
  const most = Math.max(1, Math.floor(WATCHDOG_SECONDS / controlDt + 1e-9));
  const acted = longest(onlooker.seen);
  report.promise(`no input acts for more than ${most} steps:`, acted <= most, acted);
  const stale = Math.floor(STALE_SECONDS / controlDt + 1e-9);
  const ages = driven(onlooker.seen).flatMap(({ step, inputSequence }) => {
    const said = driver.said.get(inputSequence);
    return said === undefined || step < said ? [] : [step - 1 - said];
  });
  const oldest = Math.max(0, ...ages);
  report.promise('no input acts on an old picture:', oldest <= stale + most, oldest);
  report.figure('most steps that one input acted for; oldest picture', `${acted}; ${oldest} steps`);
}
