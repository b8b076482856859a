import type { WireEnvironment } from '../protocol/index.ts';
import type { EnvironmentFacts } from './messages.ts';

/** An environment as it is described to a page. */
export function describeEnvironment(facts: EnvironmentFacts): WireEnvironment {
  const { info, observationNames, actionNames, actionLow, actionHigh, endReasons, overlays } =
    facts;
  return {
    id: info.id,
    title: info.title,
    description: info.description,
    better: info.better,
    controlDt: facts.controlDt,
    horizon: info.horizon,
    ...(observationNames ? { observationNames: [...observationNames] } : {}),
    actionNames: [...actionNames],
    actionLow: [...actionLow],
    actionHigh: [...actionHigh],
    controls: info.controls.map(({ paces, ...c }) => ({
      ...c,
      positiveKeys: [...c.positiveKeys],
      negativeKeys: [...c.negativeKeys],
      ...(paces ? { paces: paces.map((p) => ({ ...p, keys: [...p.keys] })) } : {}),
    })),
    endReasons: endReasons.map((reason) => ({ ...reason })),
    overlays,
    rays: facts.rays,
  };
}
