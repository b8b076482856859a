/** Numbers of the moment, refreshed ten times a second outside of React. */
import { Stack, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Frame } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import { barOf, growsLeft } from '../core/sides.ts';
import { CONTROLLER_COLOUR } from '../theme.ts';

const EVERY = 100;
const SPARK = 120;

export function Instruments() {
  const client = useClient();
  const environment = useApp((s) => s.welcome?.environment);
  const root = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!environment) return;
    const rewards: number[] = [];
    const mirrored = new Set(environment.controls.filter(growsLeft).map(({ axis }) => axis));
    let last: Frame | undefined;
    const timer = setInterval(() => {
      const frame = client.frames.shown;
      if (!frame || !root.current || frame === last) return;
      if (last && frame.episodeNumber !== last.episodeNumber) rewards.length = 0;
      last = frame;
      rewards.push(frame.reward);
      if (rewards.length > SPARK) rewards.shift();
      update(root.current, frame, environment, mirrored);
      if (canvas.current) drawSpark(canvas.current, rewards);
    }, EVERY);
    return () => clearInterval(timer);
  }, [client, environment]);
  if (!environment) return null;
  return (
    <div
      className="hud glass"
      ref={root}
      style={{ left: 14, top: 14, width: 230, padding: '10px 12px' }}
      data-testid="instruments"
    >
      <Stack gap={6}>
        <Row label="time" id="time" />
        <Row label="reward" id="reward" />
        <Row label="learned" id="predicted" />
        <Row label="risk ahead" id="risk" />
        <canvas
          ref={canvas}
          width={412}
          height={64}
          style={{ width: '100%', height: 32 }}
          aria-label="reward of the last steps"
        />
        {environment.actionNames.slice(0, 8).map((name, i) => (
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
      </Stack>
    </div>
  );
}

function Row({ label, id }: { label: string; id: string }) {
  return (
    <div style={{ display: 'flex', justifyContent: 'space-between' }}>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="xs" className="mono" data-value={id}>
        –
      </Text>
    </div>
  );
}

function ActionBar({ id, colour }: { id: string; colour: string }) {
  return (
    <div className="bar">
      <i data-bar={id} style={{ background: colour, left: '50%', width: 0 }} />
    </div>
  );
}

interface Bounds {
  readonly actionLow: readonly number[];
  readonly actionHigh: readonly number[];
}

function update(
  root: HTMLElement,
  frame: Frame,
  { actionLow: low, actionHigh: high }: Bounds,
  mirrored: ReadonlySet<number>,
): void {
  const text = (id: string, value: string) => {
    const element = root.querySelector(`[data-value="${id}"]`);
    if (element) element.textContent = value;
  };
  const signed = (x: number) =>
    Number.isNaN(x) ? '–' : `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(2)}`;
  text('time', `${frame.time.toFixed(1)} s · step ${frame.step}`);
  text('reward', signed(frame.reward));
  text('predicted', signed(frame.predictedReward));
  text('risk', Number.isNaN(frame.risk) ? '–' : `${Math.round(100 * frame.risk)} %`);
  for (let i = 0; i < Math.min(8, frame.action.length); i++) {
    const bar = (value: number) => barOf(value, low[i]!, high[i]!, mirrored.has(i));
    setBar(root, `action-${i}`, bar(frame.action[i]!));
    setBar(root, `policy-${i}`, bar(frame.policyAction[i]!));
  }
}

function setBar(root: HTMLElement, id: string, shares: ReturnType<typeof barOf>): void {
  const bar = root.querySelector<HTMLElement>(`[data-bar="${id}"]`);
  if (!bar) return;
  bar.style.left = `${shares.left}%`;
  bar.style.width = `${shares.width}%`;
}

function drawSpark(canvas: HTMLCanvasElement, values: readonly number[]): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  const most = Math.max(0.5, ...values.map(Math.abs));
  context.strokeStyle = 'rgb(255 255 255 / 15%)';
  context.beginPath();
  context.moveTo(0, height / 2);
  context.lineTo(width, height / 2);
  context.stroke();
  context.strokeStyle = '#51cf66';
  context.lineWidth = 3;
  context.beginPath();
  for (const [i, value] of values.entries()) {
    context.lineTo((i / SPARK) * width, height / 2 - (value / most) * (height / 2 - 3));
  }
  context.stroke();
}
