/** One clip of a pair: shows the row its parent's clock says. */

import { Loader } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Clip } from '../../server/protocol/index.ts';
import { useClient } from '../context.ts';
import { mixPoses } from '../core/frame-buffer.ts';
import { createStage, type Stage } from '../scene/stage.ts';
import type { ClipClock } from './clip-clock.ts';

/** ms that clips have to themselves once one of them has been drawn. */
const PREPARE_AFTER = 250;

const widthOf = ({ poses, rows }: Clip): number => poses.length / rows;

export function ClipStage(props: {
  clip: Clip | undefined;
  /** The one after it, whose scene is made ready meanwhile. */
  next?: Clip | undefined;
  clock: ClipClock;
  camera: string;
  /** A clip has been drawn for the first time. */
  onDrawn?: (clip: Clip) => void;
}) {
  const { clip, next, clock, camera, onDrawn } = props;
  const told = useRef(onDrawn);
  told.current = onDrawn;
  const client = useClient();
  const container = useRef<HTMLDivElement>(null);
  const [stage, setStage] = useState<Stage>();
  const [seen, setSeen] = useState<Clip>();
  useEffect(() => {
    if (!container.current) return;
    const made = createStage(container.current);
    setStage(made);
    return () => made.dispose();
  }, []);
  useEffect(() => stage?.setCamera(camera), [stage, camera]);
  useEffect(() => {
    if (!stage || !clip) return;
    const description = client.scene(clip.sceneId);
    if (!description) return;
    stage.setScene(description);
    const width = widthOf(clip);
    const poses = new Float32Array(width);
    let last = performance.now();
    let before = Number.POSITIVE_INFINITY;
    let handle = 0;
    let isDrawn = false;
    const draw = (now: number) => {
      handle = requestAnimationFrame(draw);
      const at = Math.max(0, Math.min(clip.rows - 1, clock.time / clip.dt));
      const i = Math.min(clip.rows - 2, Math.floor(at));
      const row = (r: number) => clip.poses.subarray(r * width, (r + 1) * width);
      if (i < 0) poses.set(row(0));
      else mixPoses(row(i), row(i + 1), at - i, poses);
      stage.setPoses(poses);
      void stage.setPicture(clip.pictures?.[Math.max(0, Math.floor(at))]);
      const isNow = stage.render(Math.min(0.25, (now - last) / 1000), at < before);
      if (isNow && !isDrawn) {
        told.current?.(clip);
        setSeen(clip);
      }
      isDrawn ||= isNow;
      before = at;
      last = now;
    };
    handle = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(handle);
  }, [stage, clip, clock, client]);
  usePrepared(stage, clip !== undefined && seen === clip ? next : undefined);
  return (
    <div className="stage" style={{ position: 'absolute', inset: 0 }}>
      <div className="canvas" ref={container} style={{ visibility: clip ? 'visible' : 'hidden' }} />
      {!clip && (
        <Loader pos="absolute" top="50%" left="50%" style={{ transform: 'translate(-50%,-50%)' }} />
      )}
    </div>
  );
}

/** Makes the scene of the next clip ready. What is on screen comes first, the clips beside it too. */
function usePrepared(stage: Stage | undefined, next: Clip | undefined): void {
  const client = useClient();
  useEffect(() => {
    const description = next && client.scene(next.sceneId);
    if (!stage || !description) return;
    const { dataset } = stage.canvas;
    const timer = setTimeout(() => {
      stage.prepare(description, next.poses.subarray(0, widthOf(next)), () => {
        dataset['next'] = 'ready';
      });
    }, PREPARE_AFTER);
    return () => {
      clearTimeout(timer);
      delete dataset['next'];
    };
  }, [stage, next, client]);
}
