/** Every axis and button that the pad has, as it is moved now. */
import { Text } from '@mantine/core';
import { useRef } from 'react';
import { useClient } from '../../context.ts';
import { barOf } from '../../core/sides.ts';
import { fillBar } from '../fill-bar.ts';
import { useAnimation } from './use-animation.ts';

export function PadInputs() {
  const client = useClient();
  const root = useRef<HTMLDivElement>(null);
  const { axes = [], buttons = [] } = client.gamepads.seen?.inputs ?? {};
  useAnimation(() => {
    const inputs = client.gamepads.seen?.inputs;
    if (!inputs || !root.current) return;
    for (const [i, value] of inputs.axes.entries())
      fillBar(root.current.querySelector(`[data-axis="${i}"]`), barOf(value, -1, 1, false));
    for (const [i, value] of inputs.buttons.entries())
      root.current
        .querySelector<HTMLElement>(`[data-button="${i}"]`)
        ?.style.setProperty('--pressed', `${Math.round(100 * value)}%`);
  });
  return (
    <div ref={root} className="pad-inputs" data-testid="pad-inputs" aria-hidden>
      {axes.map((_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a pad's inputs have no other name
        <div key={i} className="pad-axis">
          <Text size="xs" c="dimmed">
            axis {i}
          </Text>
          <div className="bar">
            <i data-axis={i} />
          </div>
        </div>
      ))}
      <div className="pad-buttons">
        {buttons.map((_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a pad's inputs have no other name
          <span key={i} data-button={i}>
            {i}
          </span>
        ))}
      </div>
    </div>
  );
}
