/** Hands on the controls: keys, gamepad, and everything that must let go of them. */
import { useEffect } from 'react';
import { createAxes, type GamepadState, turnToView } from '../axes.ts';
import { type Client, newId } from '../client.ts';
import { useApp, useClient } from '../context.ts';
import type { Welcome } from '../store.ts';
import { isHalted } from './request.ts';
import { rewardOf } from './reward-key.ts';

const INPUT_EVERY = 33;
/** The release is repeated: one lost message must not leave the last command in force. */
const RELEASES = 3;
const CAMERA_KEYS = ['chase', 'top', 'cockpit', 'orbit'];

export function useOperator(): void {
  const client = useClient();
  const runId = useApp((s) => s.welcome?.runId);
  const environment = useApp((s) => s.welcome?.environment);
  useEffect(() => {
    if (!runId || !environment) return;
    const { controls } = environment;
    return operate(
      client,
      environment,
      new Set(
        controls.flatMap((c) => [
          ...c.positiveKeys,
          ...c.negativeKeys,
          ...(c.paces ?? []).flatMap((p) => p.keys),
        ]),
      ),
    );
  }, [client, runId, environment]);
}

function operate(
  client: Client,
  { controls, actionLow, actionHigh }: Welcome['environment'],
  driveKeys: ReadonlySet<string>,
): () => void {
  const axes = createAxes(controls, actionLow, actionHigh);
  const values = new Float32Array(actionLow.length);
  const held = new Set<string>();
  let sequence = 0;
  let releases = 0;
  let last = performance.now();

  function letGo(): void {
    held.clear();
    axes.reset();
    if (client.store.getState().driving) releases = RELEASES;
  }

  function tick(): void {
    const now = performance.now();
    axes.update(held, readGamepad(client), Math.min(0.2, (now - last) / 1000));
    last = now;
    const { driving } = client.store.getState();
    if (axes.active !== 0) {
      releases = RELEASES;
      sendInput(turnToView(axes, controls, actionLow, actionHigh, client.view.heading, values));
      if (!driving) client.store.setState({ driving: true });
    } else if (releases > 0) {
      releases--;
      values.set(axes.values);
      sendInput(0);
      if (driving) client.store.setState({ driving: false });
    }
  }

  function sendInput(activeAxes: number): void {
    const shown = client.frames.shown;
    const status = client.store.getState().status;
    if (!shown || !status) return;
    sequence++;
    client.sendInput({
      sequence,
      episodeNumber: client.frames.latest?.episodeNumber ?? shown.episodeNumber,
      step: shown.step,
      sentAt: Date.now(),
      activeAxes,
      values,
    });
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (driveKeys.has(event.code)) {
      event.preventDefault();
      held.add(event.code);
      if (!event.repeat) tick(); // at once, not at the next tick
      return;
    }
    if (event.repeat && rewardOf(event) === undefined) return;
    if (command(client, event)) event.preventDefault();
  }
  function onKeyUp(event: KeyboardEvent): void {
    if (held.delete(event.code)) tick();
  }
  const onHidden = () => document.hidden && letGo();

  window.addEventListener('keydown', onKeyDown);
  window.addEventListener('keyup', onKeyUp);
  window.addEventListener('blur', letGo);
  window.addEventListener('gamepaddisconnected', letGo);
  document.addEventListener('visibilitychange', onHidden);
  const timer = window.setInterval(tick, INPUT_EVERY);
  return () => {
    letGo();
    tick();
    window.clearInterval(timer);
    window.removeEventListener('keydown', onKeyDown);
    window.removeEventListener('keyup', onKeyUp);
    window.removeEventListener('blur', letGo);
    window.removeEventListener('gamepaddisconnected', letGo);
    document.removeEventListener('visibilitychange', onHidden);
  };
}

/** Keys other than driving; true when the key meant something. */
function command(client: Client, event: KeyboardEvent): boolean {
  const camera = CAMERA_KEYS[Number(event.key) - 1];
  if (camera) {
    client.store.setState({ camera });
    return true;
  }
  const reward = rewardOf(event);
  if (reward !== undefined) {
    client.reward(reward);
    return true;
  }
  switch (event.key) {
    case ' ':
      client.control(isHalted(client.store.getState().status) ? 'play' : 'pause');
      return true;
    case 'r':
    case 'Backspace':
      rewind(client);
      return true;
    case 'n':
      newEpisode(client);
      return true;
    case '.':
      client.control('step');
      return true;
    case 'Escape':
      if (document.querySelector('[role="dialog"]')) return false; // closes that
      client.control('estop');
      return true;
    default:
      return false;
  }
}

export function rewind(client: Client): void {
  client.send({ type: 'control', id: newId(), action: 'rewind', seconds: 5 });
}

export function newEpisode(client: Client): void {
  client.send({ type: 'control', id: newId(), action: 'reset' });
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  return target instanceof HTMLInputElement && target.type !== 'radio'
    ? true
    : target instanceof HTMLTextAreaElement;
}

function readGamepad(client: Client): GamepadState | undefined {
  const pad = navigator.getGamepads?.().find((p) => p?.connected);
  const name = pad?.id;
  if (client.store.getState().gamepad !== name) client.store.setState({ gamepad: name });
  return pad ? { axes: pad.axes, buttons: pad.buttons.map((b) => b.value) } : undefined;
}
