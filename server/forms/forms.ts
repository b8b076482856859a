/** Forms for new runs, made once in a thread of their own when they are first asked for. */
import { askThread } from '../threads/ask.ts';
import type { Forms } from './contract.ts';

/** @throws Error with what went wrong in the thread; the next call tries again. */
export function createForms(): () => Promise<Forms> {
  const module = new URL('./worker.ts', import.meta.url).href;
  let made: Promise<Forms> | undefined;
  return () => {
    made ??= askThread<Forms>(module).catch(({ message }: Error) => {
      made = undefined;
      throw new Error(`the forms could not be made: ${message}`);
    });
    return made;
  };
}
