/** What a thread says last, before it ends: its owner need not wait until it has taken everything down. */
import type { MessagePort } from 'node:worker_threads';

const LAST_WORD = 'reins-last-word';

/** After what the thread has to say: its port hears and says nothing more. */
export function sayLastWord(port: MessagePort): void {
  port.postMessage(LAST_WORD);
  port.close();
}

export const isLastWord = (message: unknown): boolean => message === LAST_WORD;
