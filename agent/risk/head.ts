/**
 * The risk head of the reward model: how likely it is that something happens within the horizon (evidence.ts) if the
 * policy does here what it wants. What people want and what they will not accept are two things (notes/overrides.md),
 * so that this is an ensemble of its own, on the same inputs: each member minimises the cross-entropy of its steps,
 * half of which are before an event, and is judged on a fold of the episodes that it never learns from. What members
 * say of those makes their log-odds true (Platt's scaling): batches have more events than life.
 */
import type { Random } from '../../sim/random.ts';
import { mirrorInto } from '../../sim/spaces.ts';
import type { Backend } from '../backend/backend.ts';
import type {
  Checkpoint,
  EnvironmentSpec,
  Episode,
  EpisodeSource,
  Feedback,
  Metrics,
  Query,
  RiskSnapshot,
  SaveOptions,
} from '../contract.ts';
import {
  checkpointOf,
  generator,
  network,
  numbers,
  variables,
} from '../learners/parts/checkpoint.ts';
import { addLossGradient, descend, predict } from '../nn/fit.ts';
import { sigmoid, softplus } from '../nn/gaussian.ts';
import { groupScale } from '../nn/group-scale.ts';
import { createLearningMlp } from '../nn/memory.ts';
import type { Mlp } from '../nn/mlp.ts';
import { release } from '../release.ts';
import { scaleState } from '../reward/checkpoint.ts';
import { rowMirror } from '../reward/mirror.ts';
import { inputScale, noScale, scaleRows } from '../reward/reference.ts';
import type { RiskConfig } from './config.ts';
import { createEvidenceSet, type EpisodeEvidence, rowsOfAll } from './evidence-set.ts';
import { areaUnderRoc, type Calibration, calibrationError, calibrationOf } from './measure.ts';
import { snapshotOf } from './snapshot.ts';

/** Rows of evidence, one after the other: two numbers each, where a view of each would be a hundred bytes. */
interface Places {
  readonly evidence: EpisodeEvidence[];
  readonly steps: number[];
}

export interface RiskHead {
  /** An episode is over. */
  observe(episode: Episode, episodes: EpisodeSource): void;
  /** `query` is needed for approvals. @returns whether it speaks of risk, or takes back what did */
  feedback(feedback: Feedback, episodes: EpisodeSource, query?: Query): boolean;
  /** What these teachers say and said, and these pieces of feedback, does not count from now on; all else does. */
  exclude(
    teacherIds: readonly string[],
    feedbackIds: readonly string[],
    episodes: EpisodeSource,
  ): void;
  /** A session is open, or there is enough that is new. */
  readonly isDue: boolean;
  /** Some gradient steps; undefined while nothing is due. */
  update(): Metrics | undefined;
  /** What is published; undefined: nothing is known yet. */
  snapshot(): RiskSnapshot | undefined;
  /** As of the last version, on held-out episodes. */
  report(): Metrics;
  save(options?: SaveOptions): Checkpoint;
  load(saved: Checkpoint): void;
  dispose(): void;
  /** For tests. */
  readonly parts: {
    readonly members: readonly Mlp[];
    /** Adds the gradient of a member and returns its loss; `inputs` (n, d + k) scaled, `labels` (n). */
    loss(m: number, inputs: Float32Array, labels: ArrayLike<number>): number;
  };
}

export function createRiskHead(
  spec: EnvironmentSpec,
  config: RiskConfig,
  backend: Backend,
  random: Random,
): RiskHead {
  const [d, k] = [spec.observationSpace.size, spec.actionSpace.size];
  const width = d + k;
  const groups = groupScale(spec.observationSpace);
  const mirror = rowMirror(spec);
  const evidence = createEvidenceSet(spec, config);
  const learning = createMembers(width, config, backend, random);
  const members = learning.map(({ net }) => net);
  /** What is published is not what goes on learning. */
  const frozen = members.map((net) => net.parameters.slice());
  const scales = { now: noScale(width, 0), frozen: noScale(width, 0) };
  const state = {
    version: 0,
    sessionStep: -1,
    calibration: { a: 1, b: 0 } as Calibration,
    report: {} as Metrics,
  };

  /** Mean cross-entropy of log-odds. */
  function loss(m: number, inputs: Float32Array, labels: ArrayLike<number>): number {
    const n = labels.length;
    return addLossGradient(backend, members[m]!, inputs, n, (logits, dLogits) => {
      let value = 0;
      for (let i = 0; i < n; i++) {
        value += (softplus(logits[i]!) - labels[i]! * logits[i]!) / n;
        dLogits[i] = (sigmoid(logits[i]!) - labels[i]!) / n;
      }
      return value;
    });
  }

  function begin(): void {
    const rows = rowsOfAll(evidence.all);
    scales.now = inputScale(rows, rows.length / width, width, d, groups, 0);
    release([rows.buffer as ArrayBuffer]); // megabytes, at every session
    state.sessionStep = 0;
    evidence.taken();
  }

  /** Rows that a member may see: undisturbed, and before an event. */
  function rowsOf(m: number): readonly [calm: Places, risky: Places] {
    const places = (): Places => ({ evidence: [], steps: [] });
    const both = [places(), places()] as const;
    for (const from of evidence.all)
      if (from.fold !== m)
        for (const [step, label] of from.labels.entries()) {
          both[label]!.evidence.push(from);
          both[label]!.steps.push(step);
        }
    return both;
  }

  function train(m: number, [calm, risky]: ReturnType<typeof rowsOf>): number {
    if (risky.steps.length === 0 || calm.steps.length === 0) return 0; // all of either are of its fold
    const n = config.batch;
    const inputs = new Float32Array(n * width);
    const labels = new Uint8Array(n);
    for (let i = 0; i < n; i++) {
      labels[i] = i % 2;
      const places = labels[i] === 1 ? risky : calm;
      const place = random.integer(places.steps.length);
      const step = places.steps[place]!;
      const row = places.evidence[place]!.rows.subarray(step * width, (step + 1) * width);
      const out = inputs.subarray(i * width, (i + 1) * width);
      if (mirror && random.next() < 0.5) mirrorInto(mirror, row, out, 0);
      else out.set(row);
    }
    scaleRows(inputs, 0, n, width, scales.now, inputs, 0);
    const value = loss(m, inputs, labels);
    const { net, adam } = learning[m]!;
    const shrink = 1 - config.learningRate * config.weightDecay;
    for (let i = 0; i < net.parameters.length; i++) net.parameters[i]! *= shrink;
    descend(net, adam);
    return value;
  }

  /** Log-odds of every row of evidence by the member that never saw it, and its label. */
  function heldOut(): { logits: number[]; labels: number[] } {
    const [logits, labels]: number[][] = [[], []];
    for (const e of evidence.all) {
      const n = e.labels.length;
      const inputs = new Float32Array(n * width);
      scaleRows(e.rows, 0, n, width, scales.now, inputs, 0);
      if (n > 0) for (const x of predict(backend, members[e.fold]!, inputs, n)) logits!.push(x);
      for (const label of e.labels) labels!.push(label);
    }
    return { logits: logits!, labels: labels! };
  }

  function publish(): void {
    const { logits, labels } = heldOut();
    const calibration = calibrationOf(logits, labels);
    for (const [m, net] of members.entries()) frozen[m]!.set(net.parameters);
    scales.frozen = scales.now;
    state.calibration = calibration;
    state.version++;
    state.sessionStep = -1;
    const probabilities = logits.map((x) => sigmoid(calibration.a * x + calibration.b));
    state.report = reportOf(state.version, probabilities, labels);
  }

  function isDue(): boolean {
    if (state.sessionStep >= 0) return true;
    if (evidence.fresh < config.everyRows) return false;
    return [0, 1].every((label) => evidence.all.some(({ labels }) => labels.includes(label)));
  }

  /** Gradient steps of every member; the mean loss. */
  function work(): number {
    let total = 0;
    for (let m = 0; m < members.length; m++) {
      const rows = rowsOf(m);
      for (let i = 0; i < config.stepsPerUpdate; i++) total += train(m, rows);
    }
    state.sessionStep += config.stepsPerUpdate;
    if (state.sessionStep >= config.sessionSteps) publish();
    return total / members.length / config.stepsPerUpdate;
  }

  const scale = (name: keyof typeof scales) =>
    scaleState(
      () => scales[name],
      (saved) => {
        scales[name] = saved;
      },
    );

  return {
    observe: evidence.add,
    feedback: evidence.feedback,
    exclude: evidence.exclude,
    get isDue() {
      return isDue();
    },
    update() {
      if (!isDue()) return undefined;
      if (state.sessionStep < 0) begin();
      return { 'loss/risk': work() };
    },
    snapshot: () =>
      state.version === 0
        ? undefined
        : snapshotOf(state.version, members, frozen, scales.frozen, state.calibration, spec),
    report: () => state.report,
    ...checkpointOf({
      ...Object.fromEntries(
        learning.flatMap(({ net, adam }, m) => [
          [`member${m}`, network(net, adam)],
          [`member${m}/frozen`, numbers(frozen[m]!)],
        ]),
      ),
      scale: scale('now'),
      frozenScale: scale('frozen'),
      random: generator(random),
      ...variables(state),
      ...evidence.states,
    }),
    dispose() {
      for (const net of members) net.dispose();
    },
    parts: { members, loss },
  };
}

function createMembers(width: number, config: RiskConfig, backend: Backend, random: Random) {
  const layers = { sizes: [width, ...config.hidden, 1], activation: 'leaky-relu' } as const;
  const { learningRate } = config;
  return Array.from({ length: config.members }, () =>
    createLearningMlp(backend, layers, { learningRate }, random),
  );
}

/** Of what held-out members say. */
function reportOf(
  version: number,
  probabilities: readonly number[],
  labels: readonly number[],
): Metrics {
  const of = (label: number) => probabilities.filter((_, i) => labels[i] === label);
  return {
    'risk/version': version,
    'risk/steps': labels.length,
    'risk/events': of(1).length,
    'risk/auc': areaUnderRoc(of(1), of(0)),
    'risk/ece': calibrationError(probabilities, labels),
  };
}
