/** A policy that reads numbers of another meaning does not drive, however many there are. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cloneFile, expertFile, fittingPolicy, resolvePolicy } from '../../experiments/policies.ts';
import { readPolicyFile, writePolicyFile } from '../../experiments/policy-file.ts';
import { drivingEnvironments } from '../../sim/driving/index.ts';

const driving = drivingEnvironments.find((f) => f.id === 'driving')!;

it('[CLI-72] with options that change the observation the shipped policies do not drive', async () => {
  const usual = await driving.create({});
  const compat = await driving.create({ compat: 'metadrive' });
  expect(compat.observationSpace.size).toBe(usual.observationSpace.size);
  for (const file of [expertFile('driving'), cloneFile('driving')]) {
    expect(fittingPolicy(file, usual).environmentId).toBe('driving');
    expect(() => fittingPolicy(file, compat)).toThrow(/259 other observations .*--compat/);
  }
  expect(resolvePolicy('expert', driving, usual, 1).description).toContain('driving.policy');
  expect(resolvePolicy('expert', driving, compat, 1).description).toBe('scripted planner');
  expect(() => resolvePolicy('clone', driving, compat, 1)).toThrow('--compat');
});

it('[CLI-72] a file that does not say what it reads is taken as before', async () => {
  const compat = await driving.create({ compat: 'metadrive' });
  const folder = mkdtempSync(join(tmpdir(), 'reins-names-'));
  const { observationNames: _, ...old } = readPolicyFile(expertFile('driving'));
  writePolicyFile(join(folder, 'old.policy'), old);
  expect(fittingPolicy(join(folder, 'old.policy'), compat).observationSize).toBe(259);
  rmSync(folder, { recursive: true });
});
