import { Center, Loader, Stack, Text, VisuallyHidden } from '@mantine/core';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useApp, useClient } from '../context.ts';
import { looksOn, mayDrive } from '../core/store.ts';
import { GoalNote } from '../goal/goal.tsx';
import { RecordPanel } from '../record/record-panel.tsx';
import { RecordingWords } from '../record/recording-words.tsx';
import type { Stage } from '../scene/stage.ts';
import { ControlBar } from './control-bar.tsx';
import { Course } from './course/course.tsx';
import { ForceLegend } from './force-legend.tsx';
import { ForcesToggle } from './forces-toggle.tsx';
import { Instruments } from './instruments.tsx';
import { OverrideCard } from './override-card.tsx';
import { takePicture } from './picture.ts';
import { requestOf } from './request.ts';
import { RequestBanner } from './request-banner.tsx';
import { RewardSlider } from './reward-slider.tsx';
import { TouchDrive } from './touch-drive.tsx';
import { useOperator } from './use-operator.ts';
import { WhoDrives } from './who-drives.tsx';

const Wall = lazy(() => import('./wall/wall.tsx'));

export function LiveView() {
  const client = useClient();
  const { container, stage, isReady } = useLivePicture();
  const controller = useApp((s) => s.status?.controller ?? 'policy');
  const driving = useApp((s) => s.driving);
  const isDriven = useApp(mayDrive);
  const hasSlider = useApp((s) => s.rewardSlider && !looksOn(s));
  // Meanwhile a phone has room for that alone.
  const chooses = useApp((s) => s.choosesStart);
  const hasWall = useApp((s) => s.statuses.length > 1);
  const request = useApp((s) => requestOf(s, client.teacherId));
  useOperator();
  return (
    <div className="view live">
      <VisuallyHidden component="h1">Live</VisuallyHidden>
      {hasWall && (
        <Suspense fallback={<div className="wall" />}>
          <Wall />
        </Suspense>
      )}
      <div
        className={`stage ${controller === 'human' || driving ? 'human' : controller} ${request}`}
        data-testid="stage"
        data-controller={controller}
      >
        <div className="canvas" ref={container} />
        <div className="frame" />
        {!isReady && <Waiting />}
        <div className="hud">
          <div className="hud-left">
            <div className="hud-row">
              <Instruments />
              <div className="senses">
                <ForcesToggle />
                <ForceLegend stage={stage} />
              </div>
            </div>
            <GoalNote />
          </div>
          <div className="hud-top">
            <WhoDrives />
            <RecordingWords />
            <RequestBanner request={request} />
          </div>
          <div className="hud-right">
            <OverrideCard />
          </div>
          <div className="hud-drive">{isDriven && !chooses && <TouchDrive />}</div>
          <div className="hud-bar">
            {hasSlider && <RewardSlider />}
            <RecordPanel />
            <Course />
            <ControlBar />
          </div>
        </div>
        <RewardFlash />
      </div>
    </div>
  );
}

/** The picture in the element that is given `container`, by the camera that was chosen. */
function useLivePicture() {
  const client = useClient();
  const container = useRef<HTMLDivElement>(null);
  const camera = useApp((s) => s.camera);
  const [stage, setStage] = useState<Stage>();
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    if (!container.current) return;
    const picture = takePicture(client, container.current);
    setStage(picture.stage);
    picture.drawn.then(() => setReady(true));
    return picture.dispose;
  }, [client]);
  useEffect(() => stage?.setCamera(camera), [stage, camera]);
  return { container, stage, isReady };
}

function Waiting() {
  const connection = useApp((s) => s.connection);
  return (
    <Center pos="absolute" inset={0} style={{ zIndex: 2 }}>
      <Stack align="center" gap="xs">
        <Loader color="blue" size="md" />
        <Text c="dimmed" size="sm">
          {connection === 'open' ? 'The agent is getting ready…' : 'Connecting to the simulation…'}
        </Text>
      </Stack>
    </Center>
  );
}

const amount = (size: number): string => (size === 1 ? '1' : size === 0.5 ? '½' : size.toFixed(2));

/** As long as the animation of `.flash`. */
const FLASH_MS = 450;

/** A short response to + and −: the key was heard. A new reward is a new element, whose animation starts anew. */
function RewardFlash() {
  const last = useApp((s) => s.lastReward);
  // A reward from before this view was opened is not shown.
  if (!last || Date.now() - last.at > FLASH_MS) return null;
  return (
    <Text
      key={last.at}
      className="flash"
      aria-hidden
      fw={800}
      c={last.value > 0 ? 'teal.4' : 'red.5'}
    >
      {last.value > 0 ? '+' : '−'}
      {amount(Math.abs(last.value))}
    </Text>
  );
}
