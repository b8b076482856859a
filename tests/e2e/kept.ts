/** What a page's browser keeps of answers that wait. */
import type { Page } from 'playwright-core';

/** An expression, for pages: the answers on this browser's disk. */
const KEPT = `new Promise((resolve, reject) => {
  const opening = indexedDB.open('reins-answers');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const database = opening.result;
    const reading = database.transaction('reins-answers').objectStore('reins-answers').getAll();
    reading.onsuccess = () => {
      database.close();
      resolve(reading.result);
    };
  };
})`;

export const keptAnswers = (page: Page) => page.evaluate(KEPT) as Promise<{ id: string }[]>;
