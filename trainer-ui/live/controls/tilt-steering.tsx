/** Whether tilting this device steers, and where it cannot, why. */
import { Switch, Text, Title } from '@mantine/core';
import { useApp, useClient } from '../../context.ts';
import type { TiltState } from '../../core/tilt.ts';
import { touchLayout } from '../../core/touch.ts';
import { useTouch } from '../../use-touch.ts';

const WORDS: Readonly<Record<TiltState, string>> = {
  off: 'Off. Turned on, the left stick becomes a grip: while a finger is on it or on a pedal, tilting the device steers.',
  asking: 'Waiting for the sensor.',
  on: 'While a finger is on the grip or on a pedal, tilting steers. As it was held when it was turned on is straight on; “level now” beside the grip sets that anew.',
  insecure:
    'Not here: browsers tell secure pages only how the device is held (https, or this computer’s own address).',
  none: 'Not here: this browser does not tell how the device is held.',
  denied:
    'Not here: the browser was told not to say how the device is held. Allow motion and orientation for this page in its settings.',
  silent: 'Nothing is heard of a sensor: this device may have none.',
};

/** Where there is a touch screen with a left stick. */
export function TiltSteering() {
  const { tilt } = useClient();
  const state = useApp((s) => s.tilt);
  const controls = useApp((s) => s.welcome?.environment.controls ?? []);
  const hasTouch = useTouch();
  if (!hasTouch || !touchLayout(controls).sticks.some(({ side }) => side === 'left')) return null;
  const isWanted = state === 'on' || state === 'asking' || state === 'silent';
  return (
    <section className="axis" aria-labelledby="tilt-title">
      <Title order={3} size="h6" id="tilt-title">
        Tilt steering
      </Title>
      <Switch
        size="md"
        py={10}
        label="Tilt this device to steer"
        checked={isWanted}
        onChange={(event) => {
          if (event.currentTarget.checked) void tilt.start();
          else tilt.stop();
        }}
        data-testid="tilt"
        data-state={state}
      />
      <Text size="sm" c="dimmed" aria-live="polite" data-testid="tilt-words">
        {WORDS[state]}
      </Text>
    </section>
  );
}
