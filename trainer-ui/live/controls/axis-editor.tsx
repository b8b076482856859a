/** One axis of the environment: its keys, the input that moves it, and how that answers. */
import { Slider, Switch, Text, Title } from '@mantine/core';
import { useRef, useState } from 'react';
import { useApp, useClient } from '../../context.ts';
import { stickOf } from '../../core/axes.ts';
import { padInputs } from '../../core/bindings.ts';
import { FEEL_RANGE, type Feel, sourceName } from '../../core/feel.ts';
import { LIMIT_RANGE } from '../../core/limits.ts';
import { type AxisControl, barOf, growsLeft } from '../../core/sides.ts';
import { fillBar } from '../fill-bar.ts';
import { curvePath, placeOf } from './curve-path.ts';
import { InputButtons } from './input-buttons.tsx';
import { KeyCaps } from './key-caps.tsx';
import { useAnimation } from './use-animation.ts';

export function AxisEditor({ control, hasPad }: { control: AxisControl; hasPad: boolean }) {
  const { name, positiveKeys, negativeKeys, gamepad } = control;
  const [less, more] = growsLeft(control)
    ? [positiveKeys, negativeKeys]
    : [negativeKeys, positiveKeys];
  return (
    <section className="axis" aria-label={name} data-testid={`axis-${control.axis}`}>
      <div className="axis-head">
        <Title order={3} size="h6">
          {name}
        </Title>
        <KeyCaps codes={[...less, ...more]} />
      </div>
      {hasPad && gamepad && (
        <>
          <InputButtons inputs={padInputs([{ ...control, paces: [] }])} />
          <FeelEditor control={control} source={sourceName(gamepad)} />
        </>
      )}
      {hasPad && !gamepad && (
        <Text size="sm" c="dimmed">
          By keys alone.
        </Text>
      )}
      <Limit control={control} />
    </section>
  );
}

/** What a hand may use of the axis at most, whatever moves it. */
function Limit({ control: { axis, name, holds } }: { control: AxisControl }) {
  const client = useClient();
  const environment = useApp((s) => s.welcome?.environment.id ?? '');
  const [, setTurn] = useState(0);
  return (
    <Setting
      label={holds ? 'Speed by hand, at most' : 'By hand, at most'}
      value={client.limits.of(environment, name)}
      range={LIMIT_RANGE}
      step={0.05}
      words={(value) => `${Math.round(100 * value)} %`}
      onChange={(share) => {
        client.limits.set(environment, name, share);
        setTurn((turn) => turn + 1);
      }}
      testId={`limit-${axis}`}
    />
  );
}

function FeelEditor({ control, source }: { control: AxisControl; source: string }) {
  const client = useClient();
  const [, setTurn] = useState(0);
  const feel = client.gamepads.feelOf(source);
  const set = (change: Partial<Feel>) => {
    client.gamepads.setFeel(source, { ...feel, ...change });
    setTurn((turn) => turn + 1);
  };
  return (
    <div className="feel">
      <Curve control={control} feel={feel} />
      <div className="feel-settings">
        <Setting
          label="Dead zone"
          value={feel.deadZone}
          range={FEEL_RANGE.deadZone}
          step={0.01}
          words={(value) => `${Math.round(100 * value)} %`}
          onChange={(deadZone) => set({ deadZone })}
          testId={`dead-zone-${control.axis}`}
        />
        <Setting
          label="Curve"
          value={feel.curve}
          range={FEEL_RANGE.curve}
          step={0.1}
          words={(value) => (value === 1 ? 'straight' : value.toFixed(1))}
          onChange={(curve) => set({ curve })}
          testId={`curve-${control.axis}`}
        />
        <Switch
          size="sm"
          label="The other way round"
          checked={feel.invert}
          onChange={(event) => set({ invert: event.currentTarget.checked })}
          data-testid={`invert-${control.axis}`}
        />
      </div>
    </div>
  );
}

function Setting(props: {
  label: string;
  value: number;
  range: readonly [number, number];
  step: number;
  words: (value: number) => string;
  onChange: (value: number) => void;
  testId: string;
}) {
  const { label, value, range, step, words, onChange, testId } = props;
  return (
    <div>
      <div className="axis-head">
        <Text size="xs">{label}</Text>
        <Text size="xs" className="mono">
          {words(value)}
        </Text>
      </div>
      <Slider
        size="sm"
        label={null}
        thumbLabel={label}
        min={range[0]}
        max={range[1]}
        step={step}
        value={value}
        onChange={onChange}
        data-testid={testId}
      />
    </div>
  );
}

/** How far the hand moves, across, and what becomes of it, up; and both as they are now. */
function Curve({ control, feel }: { control: AxisControl; feel: Feel }) {
  const client = useClient();
  const root = useRef<HTMLDivElement>(null);
  // The hand's left is left here too; the curve itself is the same from both sides.
  const side = growsLeft(control) ? -1 : 1;
  useAnimation(() => {
    const state = client.gamepads.seen?.standard;
    if (!state || !root.current) return;
    const { travel, value } = stickOf(control, state);
    const dot = root.current.querySelector('circle');
    const [x, y] = placeOf(side * travel, side * value);
    dot?.setAttribute('cx', `${x}`);
    dot?.setAttribute('cy', `${y}`);
    fillBar(root.current.querySelector('.bar > i'), barOf(value, -1, 1, growsLeft(control)));
    root.current.dataset.value = value.toFixed(2);
  });
  return (
    <div className="feel-curve" ref={root} aria-hidden data-testid={`felt-${control.axis}`}>
      <svg viewBox="0 0 100 100">
        <title>curve</title>
        <path className="middle" d="M50 0V100M0 50H100" />
        <path className="line" d={curvePath(feel)} />
        <circle r="5" cx="50" cy="50" />
      </svg>
      <div className="bar">
        <i />
      </div>
    </div>
  );
}
