/** An environment as plain data: what its thread tells the server of it. */
import type { BoxSpace, Environment, EnvironmentInfo } from '../../sim/contract.ts';
import { getEnvironment, withCreated } from '../../sim/registry.ts';
import type { EnvironmentFacts } from './messages.ts';

export function factsOf(id: string, env: Environment): EnvironmentFacts {
  const { observationSpace, actionSpace, controlDt, engine } = env;
  return {
    info: infoOf(id, env),
    controlDt,
    ...(engine ? { engine } : {}),
    ...(observationSpace.names ? { observationNames: [...observationSpace.names] } : {}),
    actionNames: namesOf(actionSpace),
    actionLow: [...actionSpace.low],
    actionHigh: [...actionSpace.high],
    endReasons: env.endReasons,
    overlays: env.writeContacts !== undefined || env.writeRays !== undefined,
    rays: env.writeRays !== undefined,
  };
}

/** Without the functions and the schema of the factory: they cannot leave the thread. */
export function infoOf(id: string, env: Environment): EnvironmentInfo {
  const {
    create: _create,
    createExpert: _createExpert,
    createPlanner: _createPlanner,
    files: _files,
    pathOptions: _pathOptions,
    options: _options,
    ...info
  } = withCreated(getEnvironment(id), env);
  return info;
}

function namesOf(space: BoxSpace): string[] {
  return [...(space.names ?? Array.from({ length: space.size }, (_, i) => `action ${i}`))];
}
