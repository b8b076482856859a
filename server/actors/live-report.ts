/** How a live simulation stands, as it is told. */
import type { LiveEpisode } from './live-episode.ts';
import type { Moment } from './live-pictures.ts';
import type { Recording } from './live-recording.ts';
import type { LiveEvent } from './messages.ts';
import type { Oversight } from './oversight.ts';
import type { Sharing } from './sharing.ts';
import type { Wheel } from './wheel.ts';

export function stateOf(now: {
  readonly moment: Pick<Moment, 'isPaused' | 'speed'>;
  readonly wheel: Pick<Wheel, 'isStopped' | 'controller' | 'releaseTo'>;
  readonly episode: Pick<LiveEpisode, 'sceneId' | 'id' | 'number' | 'seed' | 'length'>;
  readonly sharing: Pick<Sharing, 'share' | 'seconds'>;
  readonly recording: Pick<Recording, 'recorder'>;
  readonly oversight: Pick<Oversight, 'told' | 'mode' | 'ask'>;
  readonly policyVersion: number;
}): Extract<LiveEvent, { type: 'state' }> {
  const { moment, wheel, episode, sharing, oversight, policyVersion } = now;
  const { recorder } = now.recording;
  return {
    type: 'state',
    state: wheel.isStopped ? 'stopped' : moment.isPaused ? 'paused' : 'running',
    speed: moment.speed,
    sceneId: episode.sceneId,
    episodeId: episode.id,
    episodeNumber: episode.number,
    seed: episode.seed,
    step: episode.length,
    controller: wheel.controller,
    request: oversight.told,
    releaseTo: wheel.releaseTo,
    share: sharing.share,
    fadeSeconds: sharing.seconds,
    oversight: oversight.mode,
    ask: oversight.ask,
    policyVersion,
    ...(recorder ? { recorder } : {}),
  };
}
