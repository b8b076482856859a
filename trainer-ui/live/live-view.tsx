import { Center, Loader, Stack, Text, VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Vector3 } from 'three';
import { FLAG, type Frame } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import type { Client } from '../core/client.ts';
import { GoalNote } from '../goal/goal.tsx';
import { createStage, type Stage } from '../scene/stage.ts';
import { ControlBar } from './control-bar.tsx';
import { ForcesToggle } from './forces-toggle.tsx';
import { Instruments } from './instruments.tsx';
import { OverrideCard } from './override-card.tsx';
import { pathOnScreen } from './path-on-screen.ts';
import { requestOf } from './request.ts';
import { RequestBanner } from './request-banner.tsx';
import { TouchDrive } from './touch-drive.tsx';
import { useOperator } from './use-operator.ts';
import { WhoDrives } from './who-drives.tsx';

export function LiveView() {
  const client = useClient();
  const container = useRef<HTMLDivElement>(null);
  const camera = useApp((s) => s.camera);
  const controller = useApp((s) => s.status?.controller ?? 'policy');
  const driving = useApp((s) => s.driving);
  const request = useApp((s) => requestOf(s, client.teacherId));
  const [stage, setStage] = useState<Stage>();
  const [ready, setReady] = useState(false);
  useOperator();
  useEffect(() => {
    if (!container.current) return;
    const made = createStage(container.current);
    setStage(made);
    const stop = animate(client, made, () => setReady(true));
    return () => {
      stop();
      made.dispose();
    };
  }, [client]);
  useEffect(() => stage?.setCamera(camera), [stage, camera]);

  return (
    <div
      className={`view stage ${controller === 'human' || driving ? 'human' : controller} ${request}`}
      data-testid="stage"
      data-controller={controller}
    >
      <VisuallyHidden component="h1">Live</VisuallyHidden>
      <div className="canvas" ref={container} />
      <div className="frame" />
      {!ready && <Waiting />}
      <div className="hud">
        <div className="hud-left">
          <Instruments />
          <GoalNote />
        </div>
        <div className="hud-top">
          <WhoDrives />
          <RequestBanner request={request} />
        </div>
        <div className="hud-right">
          <OverrideCard />
          <ForcesToggle />
        </div>
        <div className="hud-drive">
          <TouchDrive />
        </div>
        <div className="hud-bar">
          <ControlBar />
        </div>
      </div>
      <RewardFlash />
    </div>
  );
}

/** The picture's loop: newest frames in, one rendering out. Returns its stop. */
function animate(client: Client, stage: Stage, onFirst: () => void): () => void {
  const sample = { poses: new Float32Array(0) };
  const position = new Vector3();
  let last = performance.now();
  let handle = 0;
  let episode = -1;
  let frame: Frame | undefined;

  function draw(now: number): void {
    handle = requestAnimationFrame(draw);
    const dt = Math.min(0.25, (now - last) / 1000);
    last = now;
    debug.framesReceived = client.frames.received;
    debug.controller = client.store.getState().status?.controller;
    const shown = client.frames.sample(Date.now(), sample);
    if (!shown) return;
    const description = client.scene(shown.sceneId);
    if (!description) return;
    const cut = shown !== frame && (shown.flags & FLAG.jump) !== 0;
    if (description !== stage.description) {
      stage.setScene(description);
      client.store.setState({ cameras: description.cameras.map(({ id }) => id) });
      onFirst();
    }
    if (shown.episodeNumber !== episode || cut) stage.overlays.clearTrail();
    episode = shown.episodeNumber;
    frame = shown;
    stage.setPoses(sample.poses);
    const { forces } = client.store.getState();
    stage.setForces(forces ? shown.contacts : undefined, forces ? shown.joints : undefined);
    if (stage.agentPosition(position)) {
      stage.overlays.trail(position.x, position.y, position.z, (shown.flags & FLAG.human) !== 0);
    }
    drawPath(client, stage, shown);
    stage.render(dt, cut);
    client.view.heading = stage.heading();
    debug.shownStep = shown.step;
    debug.flags = shown.flags;
  }
  handle = requestAnimationFrame(draw);
  return () => cancelAnimationFrame(handle);
}

function drawPath(client: Client, stage: Stage, shown: Frame): void {
  const { controlDt } = client.store.getState().welcome!.environment;
  const path = pathOnScreen(client.path, shown, controlDt);
  if (path) stage.overlays.path(path.points, path.risks);
  else stage.overlays.clearPath();
}

/** For tests and the console: what is on screen. */
const debug = {
  shownStep: -1,
  framesReceived: 0,
  flags: 0,
  controller: undefined as string | undefined,
};
(window as Window & { __reins?: typeof debug }).__reins = debug;

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
      {Math.abs(last.value) < 1 ? '½' : '1'}
    </Text>
  );
}
