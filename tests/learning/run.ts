/**
 * A headless run of one preset with synthetic teachers, small enough for tests and tuning: acts,
 * asks, learns, publishes. `server/cli/train` is the full version.
 */
import { createPolicy } from '../../agent/acting/policy.ts';
import type { Feedback, FeedbackBody, Metrics } from '../../agent/contract.ts';
import { createEpisodeRecorder, createEpisodeStore } from '../../agent/episode/episodes.ts';
import {
  createOverrideTeacher,
  type OverrideTeacherConfig,
} from '../../agent/teachers/override.ts';
import {
  createPreferenceTeacher,
  type PreferenceTeacherConfig,
} from '../../agent/teachers/preference.ts';
import { createScalarTeacher } from '../../agent/teachers/scalar.ts';
import { createTrainer } from '../../agent/trainer/trainer.ts';
import type { Environment, Expert } from '../../sim/contract.ts';
import { createRandom } from '../../sim/random.ts';

export interface RunOptions {
  readonly env: Environment;
  readonly expert?: Expert;
  /** Second instance to look ahead in. */
  readonly copy?: { readonly env: Environment; readonly expert: Expert };
  readonly preset: string;
  readonly overrides?: Record<string, unknown>;
  readonly teacher: 'override' | 'preference' | 'scalar' | 'none';
  readonly steps: number;
  readonly labels?: number;
  readonly seed: number;
  readonly override?: Partial<OverrideTeacherConfig>;
  readonly annotator?: Partial<PreferenceTeacherConfig>;
  readonly trainSeeds: { readonly start: number; readonly count: number };
  readonly evalSeeds: readonly number[];
  readonly log?: (line: string) => void;
  readonly logEvery?: number;
}

export interface RunResult {
  readonly before: Score;
  readonly after: Score;
  readonly expertSteps: number;
  readonly takeovers: number;
  readonly applied: readonly string[];
  readonly report: Metrics;
}

export interface Score {
  readonly success: number;
  readonly return: number;
  readonly cost: number;
  /** Episodes per reason to end. */
  readonly ends: Readonly<Record<string, number>>;
}

export async function run(options: RunOptions): Promise<RunResult> {
  const { env, seed } = options;
  const spec = {
    environmentId: env.id,
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
    controlDt: env.controlDt,
  };
  const trainer = await createTrainer({
    preset: options.preset,
    spec,
    seed,
    runId: 'run',
    ...(options.overrides ? { overrides: options.overrides } : {}),
    backend: 'wasm',
  });
  const random = createRandom(seed, 50);
  const policy = createPolicy(trainer.snapshot(), createRandom(seed, 51));
  const judge = createPolicy(trainer.snapshot(), createRandom(seed, 52));
  const predict = (observation: Float32Array, out: Float32Array) =>
    policy.act(observation, out, 'mean');
  const operator =
    options.teacher === 'override' && options.expert
      ? createOverrideTeacher(
          env,
          options.expert,
          { ...options.override, predict, ...(options.copy ? { copy: options.copy } : {}) },
          createRandom(seed, 53),
        )
      : undefined;
  const annotator = createPreferenceTeacher(options.annotator ?? {}, createRandom(seed, 54));
  const presser = createScalarTeacher({}, createRandom(seed, 55));
  const store = createEpisodeStore({ maxSteps: 1e6 });
  const recorder = createEpisodeRecorder({
    runId: 'run',
    environmentId: env.id,
    configHash: '',
    observationSize: env.observationSpace.size,
    actionSize: env.actionSpace.size,
    bodies: 0,
  });
  const wanted = new Float32Array(env.actionSpace.size);
  const executed = new Float32Array(env.actionSpace.size);
  const applied: string[] = [];
  let feedbackCount = 0;
  let asked = 0;
  let step = 0;
  let episodes = 0;

  function say(body: FeedbackBody): void {
    const base = { runId: 'run', shownAt: 0, answeredAt: 0, receivedAt: 0, responseMs: 3000 };
    const id = `f${feedbackCount++}`;
    trainer.feedback({ ...base, ...body, id, teacherId: options.teacher } as Feedback);
  }

  function evaluate(): Score {
    judge.setSnapshot(trainer.snapshot());
    const total = { success: 0, return: 0, cost: 0 };
    const ends: Record<string, number> = {};
    for (const s of options.evalSeeds) {
      let ts = env.reset(s);
      while (ts.kind !== 'last') {
        judge.act(ts.observation, executed, 'mean');
        ts = env.step(executed);
        total.return += ts.reward;
        total.cost += ts.info.cost;
      }
      if (ts.info.success) total.success++;
      ends[ts.info.endReason] = (ends[ts.info.endReason] ?? 0) + 1;
    }
    const n = options.evalSeeds.length;
    return { success: total.success / n, return: total.return / n, cost: total.cost / n, ends };
  }

  function ask(): void {
    const budget = options.labels ?? 0;
    const due = Math.min(budget, Math.floor((1.2 * budget * step) / options.steps));
    if (options.teacher !== 'preference' || due - asked < Math.min(10, budget - asked)) return;
    for (const query of trainer.nextQueries(due - asked, step)) {
      say(annotator.answer(query, store));
      asked++;
    }
  }

  function learn(): void {
    for (let metrics = trainer.update(); metrics; metrics = trainer.update()) {
      // Everything that is due now, as a learner thread does between two batches of steps.
    }
    const { snapshot, appliedFeedback } = trainer.publish();
    policy.setSnapshot(snapshot);
    applied.push(...appliedFeedback);
  }

  const before = evaluate();
  while (step < options.steps) {
    const episodeSeed = options.trainSeeds.start + random.integer(options.trainSeeds.count);
    let ts = env.reset(episodeSeed);
    const id = `e${episodes++}`;
    recorder.begin(id, episodeSeed, 0, env, ts);
    operator?.reset(episodeSeed);
    let sent = 0;
    let takeover = -1;
    const send = () => {
      const episode = recorder.episode();
      trainer.observe(episode, sent, episode.length);
      store.append(episode, sent, episode.length);
      sent = episode.length;
    };
    const handBack = (to: number) => {
      send();
      say({ kind: 'override', episodeId: id, from: takeover, to });
      takeover = -1;
    };
    while (ts.kind !== 'last' && step < options.steps) {
      policy.act(ts.observation, wanted, 'sample');
      const human = operator?.intervene(wanted, executed) ?? false;
      if (!human) executed.set(wanted);
      if (human && takeover < 0) takeover = ts.step;
      if (!human && takeover >= 0) handBack(ts.step);
      ts = env.step(executed);
      recorder.step(env, ts, executed, wanted, human ? 'human' : 'policy', policy.version);
      step++;
      if (options.teacher === 'scalar') {
        const pressed = presser.observe(recorder.episode(), ts.step - 1);
        if (pressed) {
          send();
          say({ kind: 'reward', episodeId: id, ...pressed });
        }
      }
      if (step % 10 === 0) {
        send();
        ask();
        learn();
      }
      if (options.log && step % (options.logEvery ?? 1000) === 0)
        options.log(`${step} episodes ${episodes} expert ${operator?.stats.steps ?? 0}`);
    }
    if (takeover >= 0) handBack(ts.step);
    if (ts.kind === 'last') recorder.end(ts.discount === 0 ? 'terminated' : 'truncated');
    send();
  }
  learn();
  const result: RunResult = {
    before,
    after: evaluate(),
    expertSteps: operator?.stats.steps ?? 0,
    takeovers: operator?.stats.takeovers ?? 0,
    applied,
    report: trainer.report(),
  };
  trainer.dispose();
  return result;
}
