/** A bar for each number of an action, executed over wanted; filled past React. */
import { Text } from '@mantine/core';
import { useApp } from '../context.ts';
import { barOf, growsLeft } from '../core/sides.ts';
import type { Welcome } from '../core/store.ts';
import { CONTROLLER_COLOUR } from '../theme.ts';
import { fillBar } from './fill-bar.ts';

type Environment = Welcome['environment'];

/** More than a person can watch are not shown. */
const MOST = 8;

/** What was done, beside what the agent wanted. */
export function ActionBars() {
  const names = useApp((s) => s.welcome?.environment.actionNames)?.slice(0, MOST) ?? [];
  return (
    <>
      {names.map((name, i) => (
        <div key={name}>
          <Text size="xs" c="dimmed" lh={1.3}>
            {name}
          </Text>
          <ActionBar id={`action-${i}`} colour={CONTROLLER_COLOUR.human} />
          <div style={{ height: 2 }} />
          <ActionBar id={`policy-${i}`} colour={CONTROLLER_COLOUR.policy} />
        </div>
      ))}
      <Text size="xs" c="dimmed" lh={1.3}>
        <span style={{ color: CONTROLLER_COLOUR.human }}>■</span> executed{' '}
        <span style={{ color: CONTROLLER_COLOUR.policy }}>■</span> agent’s wish
      </Text>
    </>
  );
}

function ActionBar({ id, colour }: { id: string; colour: string }) {
  return (
    <div className="bar">
      <i data-bar={id} style={{ background: colour, left: '50%', width: 0 }} />
    </div>
  );
}

/** Axes whose bars grow to the left, as the picture does. */
export function mirroredAxes(controls: Environment['controls']): ReadonlySet<number> {
  return new Set(controls.filter(growsLeft).map(({ axis }) => axis));
}

/** Fills the bars below `root`. */
export function showActions(
  root: HTMLElement,
  action: ArrayLike<number>,
  policyAction: ArrayLike<number>,
  { actionLow: low, actionHigh: high }: Environment,
  mirrored: ReadonlySet<number>,
): void {
  for (let i = 0; i < Math.min(MOST, action.length); i++) {
    const bar = (value: number) => barOf(value, low[i]!, high[i]!, mirrored.has(i));
    fillBar(root.querySelector(`[data-bar="action-${i}"]`), bar(action[i]!));
    fillBar(root.querySelector(`[data-bar="policy-${i}"]`), bar(policyAction[i]!));
  }
}
