import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Consents } from '../../../server/people/consents.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';

let folder = '';
let storage: Storage;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-consents-'));
  storage = openStorage(folder);
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

const actions = async () =>
  (await storage.readAudit(0, 100)).map(({ body }) => JSON.parse(body)).map((e) => e.action);

it('[UI-48] an agreement is to one text of one person, outlives the server, and is in the audit log once', async () => {
  const study = { consent: 'We keep what you drive.', tags: ['brave'], instructions: 'Drive.' };
  const consents = new Consents(study, storage);
  const { consent, tags, instructions } = await consents.greet('ada');
  expect({ tags, instructions }).toEqual({ tags: ['brave'], instructions: 'Drive.' });
  expect(consent).toMatchObject({ text: study.consent, isGiven: false });
  expect(consents.isOpenTo('ada')).toBe(false);
  expect(await consents.agree('ada', '0'.repeat(64), 1)).toBe(false);
  expect(await consents.agree('ada', consent!.hash, 1)).toBe(true);
  expect(await consents.agree('ada', consent!.hash, 2)).toBe(true);
  expect([consents.isOpenTo('ada'), consents.isOpenTo('bob')]).toEqual([true, false]);
  expect((await actions()).filter((action) => action === 'consent.given')).toHaveLength(1);

  const later = new Consents(study, storage);
  expect((await later.greet('ada')).consent?.isGiven).toBe(true);
  expect(later.isOpenTo('ada')).toBe(true);
  const changed = new Consents({ consent: 'We keep more.' }, storage);
  expect((await changed.greet('ada')).consent?.isGiven).toBe(false);
});

it('[UI-48] without a text everybody takes part', async () => {
  const consents = new Consents({ instructions: 'Drive.' }, storage);
  expect(await consents.greet('ada')).toEqual({ tags: [], instructions: 'Drive.' });
  expect(consents.isOpenTo('ada')).toBe(true);
});
