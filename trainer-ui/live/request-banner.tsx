/** The agent calls for a person, or tells the person that they may let go: large, over the picture. */
import { Group, Kbd, Text } from '@mantine/core';
import { IconAlertTriangleFilled, IconSteeringWheelOff } from '@tabler/icons-react';
import { useApp, useClient } from '../context.ts';
import { firstKey, takeOverKeys, WALL } from '../core/bindings.ts';
import { asksElsewhere, type Request } from './request.ts';

/** The region stays, so that screen readers say what appears in it; it covers nothing while empty. */
export function RequestBanner({ request }: { request: Request }) {
  return (
    <div
      className="request"
      role="status"
      aria-live={request === 'take-over' ? 'assertive' : 'polite'}
      data-testid="request"
      data-request={request}
    >
      {request === 'take-over' && <TakeOver />}
      {request === 'hand-back' && <HandBack />}
      {request === 'none' && <Elsewhere />}
    </div>
  );
}

function TakeOver() {
  const environment = useApp((s) => s.welcome?.environment);
  const brakes = useApp((s) => s.status?.releaseTo === 'brake');
  const gamepad = useApp((s) => s.gamepad !== undefined);
  const keys = environment ? takeOverKeys(environment.controls) : [];
  return (
    <div className="take-over">
      <Group gap="md" wrap="nowrap">
        <IconAlertTriangleFilled size={34} aria-hidden />
        <div>
          <Text fw={800} size="xl" lh={1.2}>
            The robot asks for help: take over
          </Text>
          <Group gap={6}>
            <Text size="sm" fw={600}>
              {brakes ? 'It brakes until then. Hold' : 'It drives on until then. Hold'}
            </Text>
            {keys.map((key) => (
              <Kbd key={key} size="sm">
                {key}
              </Kbd>
            ))}
            {gamepad && (
              <Text size="sm" fw={600}>
                or the gamepad
              </Text>
            )}
          </Group>
        </div>
      </Group>
    </div>
  );
}

/** A simulation that is not in focus asks. */
function Elsewhere() {
  const client = useClient();
  const live = useApp(asksElsewhere);
  if (live === undefined) return null;
  return (
    <button className="take-over elsewhere" type="button" onClick={() => client.focus(live)}>
      <IconAlertTriangleFilled size={22} aria-hidden />
      <Text component="span" fw={700} lh={1.2}>
        Simulation {live + 1} asks for help
      </Text>
      <Kbd size="sm">{firstKey(WALL.neediest)}</Kbd>
    </button>
  );
}

function HandBack() {
  const brakes = useApp((s) => s.status?.releaseTo === 'brake');
  return (
    <div className="hand-back">
      <Group gap="md" wrap="nowrap">
        <IconSteeringWheelOff size={28} aria-hidden />
        <Text fw={700} size="lg" lh={1.2}>
          You may let go: the robot would do the same
          {brakes && ' (it brakes; Space lets it drive)'}
        </Text>
      </Group>
    </div>
  );
}
