/** Whoever a command acts for, where there are accounts. */
import { UsageError } from '../../experiments/errors.ts';
import type { People } from '../../server/people/people.ts';

/** Id of the supervisor of that name. @throws UsageError naming the flag and who there is */
export function supervisor(
  people: Pick<People, 'accounts'>,
  flag: string,
  given: string | undefined,
): string {
  const all = people.accounts.filter((a) => a.role === 'supervisor' && a.disabledAt === null);
  const found = all.find(({ name }) => name.toLowerCase() === given?.toLowerCase());
  if (found) return found.id;
  const names = all.map(({ name }) => name).join(', ');
  throw new UsageError(
    `${flag}: is ${given ?? 'not given'}, allowed where there are accounts: ${names}`,
  );
}
