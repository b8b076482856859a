import { expect, test } from 'vitest';
import { BEAT_EVERY, createHeartbeat, SILENCE } from '../../../trainer-ui/core/heartbeat.ts';

test('[UI-9] silence is noticed, on an open line and on one that never opens', () => {
  const heartbeat = createHeartbeat();
  heartbeat.start(0);
  let now = 0;
  while (!heartbeat.isDead(now)) now += BEAT_EVERY;
  expect(now).toBe(SILENCE);
  heartbeat.start(now);
  expect(heartbeat.isDead(now + BEAT_EVERY)).toBe(false);
});

test('[UI-9] a line that says anything is alive, at whatever pace the browser looks', () => {
  for (const every of [BEAT_EVERY, 60_000]) {
    const heartbeat = createHeartbeat();
    heartbeat.start(0);
    heartbeat.heard();
    for (let now = 0; now < 600_000; now += every) {
      expect(heartbeat.isDead(now)).toBe(false);
      heartbeat.heard();
    }
  }
});

test('[UI-9] a page that was frozen an hour does not take its own silence for the line’s', () => {
  const heartbeat = createHeartbeat();
  heartbeat.start(0);
  heartbeat.heard();
  expect(heartbeat.isDead(3_600_000)).toBe(false); // looks before it hears what has arrived
  heartbeat.heard();
  expect(heartbeat.isDead(3_602_000)).toBe(false);
});
