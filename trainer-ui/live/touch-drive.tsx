/** Sticks and pedals under the thumbs, where there is a touch screen. Fingers are independent of each other. */
import { type PointerEvent, useMemo, useRef } from 'react';
import { useApp, useClient } from '../context.ts';
import { type PedalLayout, type PushLayout, type StickLayout, touchLayout } from '../core/touch.ts';
import { useTouch } from '../use-touch.ts';
import { useAnimation } from './controls/use-animation.ts';

/** Share of a pedal's height at which it is down. */
const FULL = 0.75;
/** What the lightest touch of a pedal gives. */
const LEAST = 0.25;

export function TouchDrive() {
  const controls = useApp((s) => s.welcome?.environment.controls);
  const hasTouch = useTouch();
  const tilts = useApp((s) => s.tilt === 'on');
  const layout = useMemo(() => touchLayout(controls ?? []), [controls]);
  if (!hasTouch || !controls) return null;
  const [left, right] = (['left', 'right'] as const).map((side) =>
    layout.sticks.find((stick) => stick.side === side),
  );
  return (
    <section className="touch-drive" aria-label="drive by touch" data-testid="touch-drive">
      <div>{left && (tilts ? <Grip {...left} /> : <Stick {...left} />)}</div>
      <div className="pushes">
        {layout.pushes.map((push) => (
          <Push key={push.code} {...push} />
        ))}
      </div>
      <div className="pedals">
        {layout.pedals.map((pedal) => (
          <Pedal key={pedal.button} {...pedal} />
        ))}
        {right && <Stick {...right} />}
      </div>
    </section>
  );
}

/** One finger on an element, from its first touch until it is lifted or lost; `undefined`: it is gone. */
function useFinger(move: (event: PointerEvent<HTMLElement> | undefined) => void) {
  const finger = useRef<number>(undefined);
  const end = (event: PointerEvent<HTMLElement>) => {
    if (event.pointerId !== finger.current) return;
    finger.current = undefined;
    move(undefined);
  };
  return {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (finger.current !== undefined) return;
      finger.current = event.pointerId;
      event.currentTarget.setPointerCapture(event.pointerId);
      event.preventDefault();
      move(event);
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      if (event.pointerId === finger.current) move(event);
    },
    onPointerUp: end,
    onPointerCancel: end,
    onLostPointerCapture: end,
    // A long press is a held control, not a request for a menu.
    onContextMenu: (event: { preventDefault(): void; stopPropagation(): void }) => {
      event.preventDefault();
      event.stopPropagation();
    },
  };
}

function Stick({ side, x, y }: StickLayout) {
  const client = useClient();
  const knob = useRef<HTMLDivElement>(null);
  const finger = useFinger((event) => {
    let [right, down] = [0, 0];
    if (event) {
      const box = event.currentTarget.getBoundingClientRect();
      right = x ? (2 * (event.clientX - box.left)) / box.width - 1 : 0;
      down = y ? (2 * (event.clientY - box.top)) / box.height - 1 : 0;
      const reach = Math.max(1, Math.hypot(right, down));
      right /= reach;
      down /= reach;
    }
    if (x) client.touch.setAxis(x.index, right);
    if (y) client.touch.setAxis(y.index, down);
    if (knob.current) knob.current.style.translate = `${40 * right}% ${40 * down}%`;
  });
  const what = [x?.what, y?.what].filter(Boolean).join(' and ');
  return (
    <fieldset
      className={`stick glass ${y ? '' : 'flat'}`}
      aria-label={`${what}: drag the stick`}
      data-testid={`stick-${side}`}
      {...finger}
    >
      <div className="throw" ref={knob}>
        <div className="knob" />
      </div>
      <span className="name" aria-hidden>
        {what}
      </span>
    </fieldset>
  );
}

/** In the place of the stick, where tilting steers: while a finger is on it, or on a pedal. */
function Grip({ x, y }: StickLayout) {
  const { touch, tilt } = useClient();
  const knob = useRef<HTMLDivElement>(null);
  const finger = useFinger((event) => touch.setGrip(event !== undefined));
  useAnimation(() => {
    if (!knob.current) return;
    const [right, down] = [x ? (touch.tilt?.x ?? 0) : 0, y ? (touch.tilt?.y ?? 0) : 0];
    knob.current.style.translate = `${40 * right}% ${40 * down}%`;
  });
  const what = [x?.what, y?.what].filter(Boolean).join(' and ');
  return (
    <>
      <button
        type="button"
        className="push glass"
        // A second finger makes no click; a key makes nothing else.
        onPointerDown={tilt.levelNow}
        onClick={({ detail }) => {
          if (detail === 0) tilt.levelNow();
        }}
        data-testid="level-now"
      >
        level now
      </button>
      <fieldset
        className={`stick glass ${y ? '' : 'flat'}`}
        aria-label={`${what}: hold, and tilt the device`}
        data-testid="grip"
        {...finger}
      >
        <div className="throw" ref={knob}>
          <div className="knob" />
        </div>
        <span className="name" aria-hidden>
          hold and tilt
        </span>
      </fieldset>
    </>
  );
}

function Pedal({ button, what }: PedalLayout) {
  const { touch } = useClient();
  const finger = useFinger((event) => {
    let depth = 0;
    if (event) {
      const { bottom, height } = event.currentTarget.getBoundingClientRect();
      depth = Math.max(LEAST, Math.min(1, (bottom - event.clientY) / (FULL * height)));
    }
    touch.setButton(button, depth);
  });
  return (
    <button type="button" className="pedal glass" data-testid={`pedal-${button}`} {...finger}>
      {what}
    </button>
  );
}

function Push({ code, what }: PushLayout) {
  const { touch } = useClient();
  const finger = useFinger((event) => {
    if (!event || event.type === 'pointerdown') touch.setKey(code, event !== undefined);
  });
  return (
    <button type="button" className="push glass" data-testid={`push-${code}`} {...finger}>
      {what}
    </button>
  );
}
