import type { EnvironmentFactory } from '../contract.ts';

export const roboticsEnvironments: readonly EnvironmentFactory[] = [];
