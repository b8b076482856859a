import { describe } from 'vitest';
import { roboticsEnvironments } from '../../../sim/robotics/index.ts';
import { environmentContract } from '../../contracts/environment.ts';

describe('[ROBOT-1] every robotics task keeps the contract', () => {
  for (const factory of roboticsEnvironments)
    if (factory.id !== 'mjcf') environmentContract(factory);
});
