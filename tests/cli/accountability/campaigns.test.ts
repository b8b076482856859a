/** `reins campaigns` on a folder: drafted from a file, started, paused and ended by somebody who has a name. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { People } from '../../../server/people/people.ts';
import type { CampaignReply } from '../../../server/protocol/index.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { RUN } from '../../contracts/storage.ts';
import { inProcess } from '../in-process.ts';

let folder = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-campaigns-cli-'));
  const storage = openStorage(folder);
  await storage.createRun({ ...RUN, environmentId: 'driving' });
  const people = await People.open(storage);
  await people.accept(await people.invite('supervisor', 'test', 0), 'Grace', 'long enough', 0);
  await storage.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const campaigns = (...args: string[]) => inProcess('campaigns', ...args, '--data', folder);

test('[CAMP-6] a campaign from the command line: terms and instructions from a file, decisions signed', async () => {
  expect((await campaigns()).text).toContain('there is no campaign yet');
  const text = join(folder, 'text.md');
  writeFileSync(text, '# Look at the *corners*\n');
  const nobody = await campaigns('create', '--name', 'Corners');
  expect([nobody.code, nobody.err]).toEqual([2, expect.stringMatching(/by: is not given.*Grace/)]);
  const terms = ['--money', '300', '--rate', '25', '--people', '2', '--until', '2027-01-31T18:00Z'];
  const by = ['--by', 'Grace'];
  const made = await campaigns('create', '--name', 'Corners', ...terms, ...by, '--json');
  expect(made.code, made.err).toBe(0);
  const { id, ...draft } = JSON.parse(made.text) as CampaignReply;
  expect(draft).toMatchObject({
    ...{ state: 'draft', createdBy: 'Grace', version: 1 },
    terms: { name: 'Corners', budget: { unit: 'money', most: 300 }, rate: 25, people: 2 },
  });
  expect(draft.terms.until).toBe(Date.UTC(2027, 0, 31, 18));
  expect(draft.instructions).toMatch(/\*\*Better:\*\*/); // the environment's own
  expect((await campaigns('change', id, '--instructions', text, ...by)).text).toBe(
    `${id} is changed\n`,
  );
  expect((await campaigns('start', id, ...by)).text).toBe(`${id}: running\n`);
  expect((await campaigns('pause', id, ...by)).text).toBe(`${id}: paused\n`);
  const listed = await campaigns('list');
  expect(listed.text).toMatch(/Corners +pilot +paused +compare, 2 people each +0 answers/);
  expect((await campaigns('end', id, ...by)).text).toBe(`${id}: ended: somebody ended it\n`);
  const again = await campaigns('start', id, ...by);
  expect([again.code, again.err]).toEqual([2, expect.stringMatching(/is ended/)]);
});

test('[CAMP-6] two budgets, a missing file and a production without calibration are refused in one line', async () => {
  const refused = async (...args: string[]) => {
    const { code, err } = await campaigns(...args, '--by', 'Grace');
    return [code, err];
  };
  const two = await refused('create', '--name', 'c', '--answers', '5', '--hours', '1');
  expect(two).toEqual([2, expect.stringMatching(/hours: is given beside answers/)]);
  const file = await refused('create', '--name', 'c', '--instructions', join(folder, 'none.md'));
  expect(file).toEqual([2, expect.stringMatching(/cannot be read \(ENOENT\)/)]);
  const production = ['--name', 'c', '--purpose', 'production', '--by', 'Grace', '--json'];
  const made = await campaigns('create', ...production);
  const { id } = JSON.parse(made.text) as CampaignReply;
  expect(await refused('start', id)).toEqual([2, expect.stringMatching(/calibration/)]);
  expect((await campaigns('delete', id, '--by', 'Grace')).text).toBe(`${id} is deleted\n`);
});
