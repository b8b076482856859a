/** Numbers of the moment, refreshed ten times a second outside of React. */
import { Stack, Text, Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Frame } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import type { KeyLatencySummary } from '../core/key-latency.ts';
import type { Welcome } from '../core/store.ts';
import { ActionBars, mirroredAxes, showActions } from './action-bars.tsx';

const EVERY = 100;
/** On smaller screens they are folded away until asked for. */
const ROOMY = '(min-width: 900px) and (min-height: 600px)';

export function Instruments() {
  const environment = useApp((s) => s.welcome?.environment);
  const root = useRef<HTMLDivElement>(null);
  const roomy = useMediaQuery(ROOMY, undefined, { getInitialValueInEffect: false });
  const [open, setOpen] = useState(roomy);
  useEffect(() => setOpen(roomy), [roomy]); // zoomed, turned or resized: what is open must not cover the rest
  useReadings(root);
  if (!environment) return null;
  return (
    <section
      className="instruments glass"
      ref={root}
      aria-label="instruments"
      data-testid="instruments"
    >
      <UnstyledButton
        className="instruments-title"
        aria-expanded={open}
        onClick={(event) => {
          event.currentTarget.blur();
          setOpen(!open);
        }}
      >
        <Text size="xs" c="dimmed" className="mono" data-value="time">
          –
        </Text>
        {open ? <IconChevronUp size={14} aria-hidden /> : <IconChevronDown size={14} aria-hidden />}
        <VisuallyHidden>instruments</VisuallyHidden>
      </UnstyledButton>
      <Stack gap={6} display={open ? 'flex' : 'none'}>
        <Row label="reward" id="reward" />
        <Row label="learned" id="predicted" />
        <Row label="risk ahead" id="risk" />
        <Latency />
        <ActionBars />
      </Stack>
    </section>
  );
}

/** Writes what the frame on screen says into the elements, past React. */
function useReadings(root: RefObject<HTMLElement | null>): void {
  const client = useClient();
  const environment = useApp((s) => s.welcome?.environment);
  useEffect(() => {
    if (!environment) return;
    const mirrored = mirroredAxes(environment.controls);
    let last: Frame | undefined;
    const timer = setInterval(() => {
      const frame = client.frames.shown;
      if (!frame || !root.current || frame === last) return;
      last = frame;
      update(root.current, frame, environment, mirrored);
      showLatency(root.current, client.keyLatency.summary());
    }, EVERY);
    return () => clearInterval(timer);
  }, [client, environment, root]);
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

/** From a key to the first picture that shows it, as measured here. */
function Latency() {
  return (
    <Tooltip label={LATENCY} multiline maw={320} position="left">
      <div>
        <Row label="key to picture" id="latency" />
      </div>
    </Tooltip>
  );
}

const LATENCY =
  'From a driving key to the first picture that shows it: the median of the last takeovers, and by how much 95 % of them took at most longer than a control step.';

function showLatency(root: HTMLElement, summary: KeyLatencySummary | undefined): void {
  const element = root.querySelector<HTMLElement>('[data-value="latency"]');
  if (!element || !summary) return;
  const { presses, medianMs, beyondStepMs } = summary;
  const beyond = Math.round(beyondStepMs);
  element.textContent = `${Math.round(medianMs)} ms · ${beyond < 0 ? '−' : '+'}${Math.abs(beyond)}`;
  Object.assign(element.dataset, { presses, median: medianMs, beyond: beyondStepMs });
}

function update(
  root: HTMLElement,
  frame: Frame,
  environment: Welcome['environment'],
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
  const { predictedReward, disagreement } = frame;
  const apart = Number.isNaN(disagreement) ? '' : ` ± ${disagreement.toFixed(2)}`;
  text('predicted', signed(predictedReward) + apart);
  text('risk', Number.isNaN(frame.risk) ? '–' : `${Math.round(100 * frame.risk)} %`);
  showActions(root, frame.action, frame.policyAction, environment, mirrored);
}
