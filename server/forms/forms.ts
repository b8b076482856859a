/** Forms for new runs, made once in a thread of their own when they are first asked for. */
import { startThread, type Thread } from '../threads/threads.ts';
import type { Forms } from './contract.ts';

/** @throws Error with what went wrong in the thread; the next call tries again. */
export function createForms(): () => Promise<Forms> {
  let made: Promise<Forms> | undefined;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

function make(): Promise<Forms> {
  return new Promise((resolve, reject) => {
    const thread: Thread<never> = startThread<never, Forms>(
      {},
      new URL('./worker.ts', import.meta.url).href,
      {
        onEvent(forms) {
          resolve(forms);
          void thread.stop();
        },
        onDeath: (reason) => reject(new Error(`the forms could not be made: ${reason}`)),
      },
    );
  });
}
