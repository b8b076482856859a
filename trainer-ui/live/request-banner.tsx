/** The agent calls for a person, asks for leave, or tells the person that they may let go: large, over the picture. */
import { Group, Kbd, Text } from '@mantine/core';
import { IconAlertTriangleFilled, IconSteeringWheelOff } from '@tabler/icons-react';
import { useApp, useClient } from '../context.ts';
import { firstKey, WALL } from '../core/bindings.ts';
import { ApprovalPanel, HelpPanel } from './ask-panel.tsx';
import { asksElsewhere, type Request } from './request.ts';

/** The region stays, so that screen readers say what appears in it; it covers nothing while empty. */
export function RequestBanner({ request }: { request: Request }) {
  return (
    <div
      className="request"
      role="status"
      aria-live={request === 'take-over' || request === 'approval' ? 'assertive' : 'polite'}
      data-testid="request"
      data-request={request}
    >
      {request === 'take-over' && <HelpPanel />}
      {request === 'approval' && <ApprovalPanel />}
      {request === 'hand-back' && <HandBack />}
      {request === 'none' && <Elsewhere />}
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
