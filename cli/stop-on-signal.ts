/** The first Ctrl-C or SIGTERM asks work to end in order, the second ends the process at once. */
import { exitNow } from '../server/threads/threads.ts';

const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export function stopOnSignal(): { readonly stop: AbortSignal; code(): number } {
  const controller = new AbortController();
  let code = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (controller.signal.aborted) exitNow(CODES[signal]);
      code = CODES[signal];
      controller.abort();
    });
  return { stop: controller.signal, code: () => code };
}

/**
 * The other end of standard input has closed: whoever started this process is gone, however it ended. Waiting for it
 * does not keep the process.
 */
export function onInputEnd(then: () => void): void {
  const { stdin } = process;
  let isOver = false;
  // A closed pipe says so by several events, and a second signal would end the process before anything is saved.
  const over = () => {
    if (isOver) return;
    isOver = true;
    then();
  };
  for (const event of ['end', 'close', 'error'] as const) stdin.once(event, over);
  stdin.resume();
  if ('unref' in stdin) stdin.unref(); // a file has none, and ends
}
