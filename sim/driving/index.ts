import type { EnvironmentFactory } from '../contract.ts';

export const drivingEnvironments: readonly EnvironmentFactory[] = [];
