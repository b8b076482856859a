import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { trajectories } from './trajectories.ts';

const fixture = new URL('../../fixtures/driving-trajectories.json', import.meta.url);

it('[DRIVE-66] fifty roads are driven as they were recorded, bit for bit, on every Node', async () => {
  const { checksums } = JSON.parse(readFileSync(fixture, 'utf8')) as { checksums: string[] };
  expect(new Set(checksums).size).toBe(50);
  expect(await trajectories()).toEqual(checksums);
});
