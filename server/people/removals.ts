/** What has to go by itself: erasures that were approved, and what is older than its rule allows. */
import type { Storage } from '../storage/contract.ts';
import { InUseError } from '../storage/engine.ts';
import { carryOutErasures } from './erasures.ts';

type Kept = Pick<Storage, 'listErasures' | 'listHolds' | 'erase' | 'sweep'>;

interface Log {
  info(details: object, words: string): void;
  warn(words: string): void;
}

const DAY = 86_400_000;

/** Before a server holds anything in memory. */
export async function removeDue(storage: Kept, log: Log): Promise<void> {
  try {
    for (const { id, result } of await carryOutErasures(storage, Date.now()))
      log.info({ id, ...result }, 'an erasure that was approved is carried out');
    await sweep(storage, log, false);
  } catch (error) {
    if (!(error instanceof InUseError)) throw error;
    log.warn('what is to be erased waits until no other server works with the database');
  }
}

/** While a server works: what it does not remember. Resolves with how to end it. */
export async function sweepDaily(
  storage: Kept,
  log: Log,
  onError: (error: unknown) => void,
): Promise<() => Promise<void>> {
  let last = Promise.resolve();
  const look = () => {
    last = sweep(storage, log, true).catch(onError);
    return last;
  };
  await look();
  const timer = setInterval(look, DAY).unref();
  return async () => {
    clearInterval(timer);
    await last;
  };
}

async function sweep(storage: Kept, log: Log, beside: boolean): Promise<void> {
  const swept = await storage.sweep(Date.now(), 'server', beside);
  if (swept) log.info(swept, 'what was kept long enough is removed');
}
