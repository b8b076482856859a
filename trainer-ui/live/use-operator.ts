/** Hands on the controls: keys, gamepad, and everything that must let go of them. */
import { useEffect } from 'react';
import { FLAG } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import { createAxes, type GamepadState, turnFromView, turnToView } from '../core/axes.ts';
import { actionOf, CAMERAS, driveKeys, LIVE, nextOwnCamera, rewardOf } from '../core/bindings.ts';
import { type Client, newId } from '../core/client.ts';
import { readPads } from '../core/gamepads.ts';
import { looksOn, mayDrive, type Welcome } from '../core/store.ts';
import { toggleRecording } from '../record/record.ts';
import { closesDialog, isForPage } from '../use-keys.ts';
import { isHalted } from './request.ts';

const INPUT_EVERY = 33;
/** The release is repeated: one lost message must not leave the last command in force. */
const RELEASES = 3;
/** Control that no hand touches for so long was forgotten, ms. */
const FORGOTTEN = 60_000;
/** ms between ticks from which the page counts as having slept: key-ups may be lost. A slow page only stutters. */
const ASLEEP = 5000;

export function useOperator(): void {
  const client = useClient();
  const runId = useApp((s) => s.welcome?.runId);
  const environment = useApp((s) => s.welcome?.environment);
  const mayTakeOver = useApp(mayDrive);
  useEffect(() => {
    if (!runId || !environment) return;
    // Whoever only looks on has no controls.
    return operate(client, mayTakeOver ? environment : { ...environment, controls: [] });
  }, [client, runId, environment, mayTakeOver]);
}

function operate(
  client: Client,
  { id, controls, actionLow, actionHigh }: Welcome['environment'],
): () => void {
  const drives = driveKeys(controls);
  const axes = createAxes(controls, actionLow, actionHigh, ({ name }) =>
    client.limits.of(id, name),
  );
  const values = new Float32Array(actionLow.length);
  const start = new Float32Array(actionLow.length);
  const held = new Set<string>();
  let sequence = 0;
  let releases = 0;
  let last = performance.now();
  let touchedAt = last;

  function letGo(): void {
    held.clear();
    client.touch.reset();
    axes.reset();
    const { driving, latched } = client.store.getState();
    if (driving) releases = RELEASES;
    if (latched) client.store.setState({ latched: false });
  }

  /** At once: the timer of a page that is being hidden may not come again for a second or more. */
  function leave(): void {
    letGo();
    tick();
  }

  /** Lets go of keys that went up elsewhere (dialogs, developer tools, asleep); ms since the last look. */
  function look(): number {
    const now = performance.now();
    const elapsed = now - last;
    last = now;
    const isKept = held.size > 0 || client.store.getState().latched;
    if (isKept && (elapsed > ASLEEP || !document.hasFocus())) letGo();
    return elapsed;
  }

  function tick(): void {
    const elapsed = look();
    const gamepad = document.hidden ? undefined : readGamepad(client);
    const dt = Math.min(0.2, elapsed / 1000);
    const executed = client.frames.latest?.action;
    axes.update(keysDown(), gamepad, dt, executed, executed && startFrom(executed));
    const { driving, mustLetGo } = client.store.getState();
    const isKept = isLatched();
    if (axes.active !== 0 || isKept) {
      releases = RELEASES;
      if (mustLetGo) return;
      sendInput(turnToView(axes, controls, actionLow, actionHigh, client.view.heading, values));
      if (!driving) client.store.setState({ driving: true });
    } else if (releases > 0) {
      releases--;
      values.set(axes.values);
      sendInput(0);
      if (driving || mustLetGo) client.store.setState({ driving: false, mustLetGo: false });
    }
  }

  /** What a takeover begins with; undefined while it goes on. */
  function startFrom(executed: Float32Array): Float32Array | undefined {
    if (client.store.getState().driving) return undefined;
    return turnFromView(executed, controls, client.view.heading, start);
  }

  /** Whether control is kept without a hand on it; not for ever. */
  function isLatched(): boolean {
    if (axes.active !== 0) touchedAt = last;
    const { latched } = client.store.getState();
    if (!latched || last - touchedAt < FORGOTTEN) return latched;
    client.store.setState({ latched: false });
    return false;
  }

  function keysDown(): ReadonlySet<string> {
    const { held: touched } = client.touch;
    return touched.size === 0 ? held : new Set([...held, ...touched]);
  }

  function sendInput(activeAxes: number): void {
    const shown = client.frames.shown;
    const status = client.store.getState().status;
    if (!shown || !status) return;
    sequence++;
    client.sendInput({
      sequence,
      live: shown.live,
      episodeNumber: client.frames.latest?.episodeNumber ?? shown.episodeNumber,
      step: shown.step,
      sentAt: Date.now(),
      activeAxes,
      ...(client.store.getState().latched ? { latched: true } : {}),
      values,
    });
  }

  /** At once, not at the next tick. `at`: when the key went down, by the page's clock. */
  function press(at: number): void {
    const before = sequence;
    const isFirst = !client.store.getState().driving;
    tick();
    const { shown } = client.frames;
    // While another person drives, pictures show what became of their inputs.
    const isOthers = isFirst && shown !== undefined && (shown.flags & FLAG.human) !== 0;
    if (sequence > before && axes.active !== 0 && shown && !isOthers)
      client.keyLatency.pressed({ sequence, live: shown.live, isFirst, at });
  }

  function onKeyDown(event: KeyboardEvent): void {
    // While Meta is down some systems swallow the key-up of every other key.
    if (event.metaKey) leave();
    if (!isForPage(event)) return;
    if (drives.has(event.code)) {
      event.preventDefault();
      look(); // before the key is added, which is down for certain
      held.add(event.code);
      if (!event.repeat) press(event.timeStamp);
      return;
    }
    if (event.repeat && rewardOf(event) === undefined) return;
    if (command(client, event)) event.preventDefault();
  }
  function onKeyUp(event: KeyboardEvent): void {
    if (held.delete(event.code)) tick();
  }
  const onHidden = () => document.hidden && leave();

  const listening = new AbortController();
  const { signal } = listening;
  // Before anything else on the page: an open tooltip takes Escape for itself and lets nobody else hear of it.
  window.addEventListener('keydown', onKeyDown, { signal, capture: true });
  window.addEventListener('keyup', onKeyUp, { signal });
  for (const event of ['blur', 'pagehide', 'contextmenu', 'gamepaddisconnected'])
    window.addEventListener(event, leave, { signal });
  document.addEventListener('visibilitychange', onHidden, { signal });
  const timer = window.setInterval(tick, INPUT_EVERY);
  const unlisten = client.touch.listen(tick);
  // A key that is held while the focus moves does not drive what it moves to.
  const unfollow = client.store.subscribe((s, before) => {
    if (s.live !== before.live) leave();
    if (s.latched === before.latched) return;
    touchedAt = performance.now();
    tick();
  });
  return () => {
    leave();
    window.clearInterval(timer);
    unlisten();
    unfollow();
    listening.abort();
  };
}

/** Keys other than driving; true when the key meant something. */
function command(client: Client, event: KeyboardEvent): boolean {
  const reward = rewardOf(event);
  if (reward !== undefined) {
    if (looksOn(client.store.getState())) return false;
    client.reward(reward);
    return true;
  }
  const action = actionOf(LIVE, event);
  switch (action) {
    case undefined:
      return false;
    case 'camera': {
      const camera = CAMERAS.find((c) => c.key === event.key)?.id ?? CAMERAS[0].id;
      client.store.setState({ camera });
      return true;
    }
    case 'ownCamera': {
      const { cameras, camera } = client.store.getState();
      client.store.setState({ camera: nextOwnCamera(cameras, camera) });
      return true;
    }
    case 'pause':
      client.control(isHalted(client.store.getState().status) ? 'play' : 'pause');
      return true;
    case 'rewind':
      rewind(client);
      return true;
    case 'reset':
      newEpisode(client);
      return true;
    case 'step':
      client.control('step');
      return true;
    case 'yes':
    case 'no':
      return answer(client, action === 'yes');
    case 'latch':
      return toggleLatch(client);
    case 'record':
      return event.target === document.body && toggleRecording(client); // elsewhere Enter presses a button
    case 'estop':
      if (closesDialog(event)) return false;
      client.control('estop');
      return true;
  }
}

/** To what the agent asks of people now; false: it asks nothing. */
export function answer(client: Client, isYes: boolean): boolean {
  const ask = client.store.getState().status?.ask;
  if (!ask || looksOn(client.store.getState())) return false;
  // To take over answers a call for help.
  if (ask.kind === 'help' && isYes)
    client.store.setState(({ mustLetGo }) => ({ latched: !mustLetGo }));
  else client.send({ type: 'control', id: newId(), action: 'answer', ask: ask.id, isYes });
  return true;
}

/** False where nobody may drive. */
export function toggleLatch({ store }: Client): boolean {
  if (!mayDrive(store.getState())) return false;
  store.setState(({ latched, mustLetGo }) => ({ latched: !latched && !mustLetGo }));
  return true;
}

/** `seconds`: simulated, 1 to 60. */
export function rewind(client: Client, seconds = 5): void {
  client.send({ type: 'control', id: newId(), action: 'rewind', seconds });
}

export function newEpisode(client: Client): void {
  client.send({ type: 'control', id: newId(), action: 'reset' });
}

function readGamepad(client: Client): GamepadState | undefined {
  const { gamepads, store } = client;
  const { isSecureContext } = window;
  const { access, state } = readPads(navigator, isSecureContext, gamepads, performance.now());
  const { id, isMapped } = gamepads;
  const { gamepad, gamepadAccess, controlsOpen } = store.getState();
  if (gamepadAccess !== access) store.setState({ gamepadAccess: access });
  if (gamepad?.id !== id || (gamepad && gamepad.isMapped !== isMapped))
    store.setState({ gamepad: id === undefined ? undefined : { id, isMapped } });
  return client.touch.state ?? (controlsOpen ? undefined : state);
}
