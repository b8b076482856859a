/** Who acts now; and where nothing goes on by itself, why and which key goes on. */
import { Badge, Group, Text } from '@mantine/core';
import { useApp, useClient } from '../context.ts';
import { firstKey, LIVE } from '../core/bindings.ts';
import { recordsHere } from '../core/store.ts';
import { stillWords } from '../still-words.ts';
import { CONTROLLER_COLOUR } from '../theme.ts';
import { haltWords } from './halt-words.ts';
import { OversightMenu } from './oversight-menu.tsx';
import { holdsHere, type Request, requestOf } from './request.ts';

/** A finished policy drives: nobody shall wait for it to learn. */
function StillWords() {
  const policy = useApp((s) => s.welcome?.policy);
  const environment = useApp((s) => s.welcome?.environment.id ?? '');
  if (!policy) return null;
  return (
    <Text className="glass says" size="sm" maw={460} data-testid="still-words">
      {stillWords(policy, environment)}
    </Text>
  );
}

/** For how long this page drives. */
function HowLong() {
  const latched = useApp((s) => s.latched);
  const end = useApp((s) => (recordsHere(s) ? LIVE.record : LIVE.latch));
  return (
    <Badge
      size="xl"
      radius="md"
      tt="none"
      variant="default"
      data-testid="keeps"
      data-latched={latched}
    >
      {latched ? `Kept until ${firstKey(end)}` : 'While held'}
    </Badge>
  );
}

/** While people and the agent drive together, whoever does now. */
function Shared() {
  // What is recorded is the person's alone.
  const share = useApp((s) => (s.status?.recorder ? 1 : (s.status?.share ?? 1)));
  if (share === 1) return null;
  const percent = Math.round(100 * share);
  return (
    <Badge size="xl" radius="md" tt="none" variant="default" data-testid="shared">
      Shared, {percent} % by hand
    </Badge>
  );
}

function Paused() {
  return (
    <Badge size="xl" radius="md" tt="none" color="gray.7" variant="filled" data-testid="paused">
      Paused
    </Badge>
  );
}

const ASKING: Readonly<Partial<Record<Request, string>>> = { approval: 'Agent waits' };
const WORDS = { policy: 'Agent drives', human: 'You drive', safe: 'Stopped' } as const;

export function WhoDrives() {
  const controller = useApp((s) => s.status?.controller ?? 'policy');
  const driving = useApp((s) => s.driving);
  const holder = useApp((s) => s.status?.holder ?? null);
  const name = useApp((s) => s.status?.holderName ?? holder);
  const paused = useApp((s) => s.status?.state === 'paused');
  const client = useClient();
  const here = useApp((s) => holdsHere(s, client.teacherId));
  const other = controller === 'human' && !here;
  const who = holder === client.teacherId ? 'Another tab of yours' : name;
  const request = useApp((s) => requestOf(s, client.teacherId));
  const brakes = request === 'take-over' && controller === 'safe';
  const shown = driving && controller === 'policy' ? 'human' : controller;
  const halt = useApp((s) => haltWords(s.status, client.teacherId));
  const mustLetGo = useApp((s) => s.mustLetGo);
  // A recording that waits says for whom by itself.
  const waits = useApp((s) => paused && typeof s.status?.recorder === 'string');
  return (
    <>
      {!waits && (
        <Group gap={8} justify="center" role="status">
          <Badge
            size="xl"
            radius="md"
            tt="none"
            color={CONTROLLER_COLOUR[shown]}
            variant="filled"
            data-testid="controller"
            data-controller={shown}
          >
            {other
              ? `${who} drives`
              : (ASKING[request] ?? (brakes ? 'Brakes and asks' : WORDS[shown]))}
          </Badge>
          {shown === 'human' && !other && <HowLong />}
          <Shared />
          <OversightMenu />
          {paused && <Paused />}
        </Group>
      )}
      {mustLetGo && (
        <Text className="glass says" size="sm" role="status" data-testid="let-go-first">
          This page stood still for a moment. Let go of the controls, then take over again.
        </Text>
      )}
      <StillWords />
      {halt && (
        <Text className="glass says" size="sm" role="status" data-testid="halt-words">
          {halt}
        </Text>
      )}
    </>
  );
}
