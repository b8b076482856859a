/** What a thread of its own finds out, of what the server's thread must not load. */
import { startThread, type Thread } from './threads.ts';

/**
 * The first thing that the thread says; then it is ended, and has to wait for that.
 * @param module file URL of what it runs @param data its `workerData` @throws Error with what went wrong in it
 */
export function askThread<Answer>(module: string, data: object = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const thread: Thread<never> = startThread<never, Answer>(data, module, {
      onEvent(answer) {
        resolve(answer);
        void thread.stop();
      },
      onDeath: (reason) => reject(new Error(reason)),
    });
  });
}
