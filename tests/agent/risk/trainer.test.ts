/** The risk head within a preset: what it is told, what becomes of it, and that it comes along in checkpoints. */
import { describe, expect, it } from 'vitest';
import { createGate } from '../../../agent/acting/gate.ts';
import { createRisk } from '../../../agent/acting/risk.ts';
import type { Episode, Feedback } from '../../../agent/contract.ts';
import type { Trainer } from '../../../agent/trainer/contract.ts';
import { createTrainer } from '../../../agent/trainer/trainer.ts';
import { pointSpec, recordPointEpisodes } from '../point-world.ts';

const episodes = recordPointEpisodes(20, 3);

/** Whoever comes within 0.8 m of the origin is taken over. */
function takenOver(episode: Episode): { episode: Episode; from: number } {
  const { length, observations } = episode;
  const distance = (t: number) => Math.hypot(observations[2 * t]!, observations[2 * t + 1]!);
  const from = Array.from({ length }, (_, t) => distance(t)).findIndex((r) => r < 0.8);
  const sources = from < 0 ? episode.sources : episode.sources.slice().fill(1, from);
  return { episode: { ...episode, sources }, from };
}

async function trained(preset: string, overrides: Record<string, unknown> = {}): Promise<Trainer> {
  const trainer = await createTrainer({
    preset,
    spec: pointSpec(),
    seed: 3,
    runId: 'r',
    deterministic: true,
    overrides: { learner: { hidden: [16], batchSize: 16 }, ...overrides },
  });
  for (const [i, recorded] of episodes.entries()) {
    const { episode, from } = takenOver(recorded);
    trainer.observe(episode, 0, episode.length);
    if (from >= 0) {
      const { id: episodeId, length: to } = episode;
      const base = { runId: 'r', teacherId: 't', shownAt: 0, answeredAt: 0, receivedAt: 0 };
      const override = { ...base, kind: 'override', id: `o${i}`, episodeId, from, to };
      trainer.feedback({ ...override, responseMs: 0 } as Feedback);
    }
    for (let n = 0; n < 40; n++) if (!trainer.update()) break;
  }
  return trainer;
}

/** Many steps in little time. */
const quick = { learningRate: 0.01, weightDecay: 0.1, sessionSteps: 200, everyRows: 100 };

describe('a preset with a risk head', () => {
  it('[RISK-9] `reins` says where it is taken over, asks for nobody by default, and goes on from a checkpoint', async () => {
    const trainer = await trained('reins', { reward: { risk: quick } });
    const snapshot = trainer.risk()!;
    const risk = createRisk(snapshot);
    const action = new Float32Array(2);
    const [near, far] = [0.8, 2].map((x) => risk.at(Float32Array.of(x, 0), action));
    expect(near).toBeGreaterThan(far!);
    expect(trainer.gate()).toBeUndefined();
    expect(trainer.report()['risk/version']).toBe(snapshot.version);
    const again = await trained('reins', { reward: { risk: quick } });
    expect(again.risk()).toEqual(snapshot);
    const other = await createTrainer({
      preset: 'reins',
      spec: pointSpec(),
      seed: 4,
      runId: 'r',
      deterministic: true,
      overrides: { learner: { hidden: [16], batchSize: 16 }, reward: { risk: quick } },
    });
    other.load(structuredClone(trainer.save()));
    expect(other.risk()).toEqual(snapshot);
    for (const one of [trainer, again, other]) one.dispose();
  });

  it('[RISK-9] `reins` asks above a risk where it is told to, presets without a risk head as before', async () => {
    const trainer = await trained('reins', { reward: { risk: { ...quick, askAbove: 0.3 } } });
    const gate = createGate(trainer.gate()!);
    const risk = createRisk(trainer.risk()!);
    const action = new Float32Array(2);
    for (let x = -2; x < 2; x += 0.1) {
      const here = Float32Array.of(x, 0);
      expect(gate.shouldAsk(here, action)).toBe(risk.at(here, action) > 0.3);
    }
    const thrifty = await trained('thrifty', { learner: { hidden: [16], batchSize: 16 } });
    expect(thrifty.risk()).toBeUndefined();
    expect(thrifty.gate()?.kind).toBe('disagreement');
    trainer.dispose();
    thrifty.dispose();
  });
});
