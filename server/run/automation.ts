/**
 * A certified model answers comparisons that it is sure of in people's place. A share of them, chosen by the hash of
 * their id, goes to people nevertheless, who are not told: what they say withdraws the certificate by itself. What it
 * answers is no feedback, so that nothing learns from it and nobody counts it as a person's.
 */
import { randomUUID } from 'node:crypto';
import type { Query } from '../../agent/contract.ts';
import { lookQuantile, nextLook, withdrawal } from '../../agent/quality/automation.ts';
import { certifyThreshold } from '../../agent/quality/certify.ts';
import {
  createScorer,
  type HeldOutComparison,
  type PublishedReward,
  type Scorer,
} from '../../agent/reward/published.ts';
import { type RowSpec, segmentRows } from '../../agent/reward/rows.ts';
import type { LearnedModel } from '../../agent/trainer/contract.ts';
import { stableShare } from '../actors/stable-share.ts';
import type { AutomationRules } from '../contract.ts';
import { alertOf } from '../protocol/index.ts';
import {
  type AutomationStorage,
  certifiedOf,
  type Look,
  type WithdrawalReason,
} from '../storage/automation-contract.ts';
import type { Assignment } from '../storage/contract.ts';
import { SYNTHETIC } from '../storage/runs.ts';
import type { Alerts } from './alerts.ts';
import type { Episodes } from './episodes.ts';

/** Audits that nobody has answered, after which everything goes to people until somebody answers one. */
const MOST_UNANSWERED = 8;

export interface AutomationOptions {
  readonly runId: string;
  readonly environmentId: string;
  readonly rules: AutomationRules;
  readonly storage: Pick<
    AutomationStorage,
    'putLook' | 'listLooks' | 'readCertified' | 'withdrawCertificate' | 'putAutomatic' | 'auditsOf'
  >;
  readonly episodes: Pick<Episodes, 'find'>;
  readonly alerts: Pick<Alerts, 'raise' | 'clear'>;
  /** What has been learned by now. */
  readonly model: () => Promise<LearnedModel | undefined>;
  readonly actionSpace: () => RowSpec['actionSpace'];
}

/** The model that may answer. */
interface Standing {
  readonly look: Look;
  readonly certificate: NonNullable<Look['certificate']>;
  readonly reward: PublishedReward;
  readonly score: Scorer;
}

export class Automation {
  readonly #options: AutomationOptions;
  readonly #looks: Look[];
  #standing: Standing | undefined;
  /** By the question of an audit, those that nobody has answered in order, since the last one that was. */
  #audits = new Set<string>();
  #unanswered = 0;
  /** Held-out comparisons by the learner's word when they were looked at last. */
  #told = 0;
  /** One thing after the other. */
  #work: Promise<unknown> = Promise.resolve();

  private constructor(options: AutomationOptions, looks: readonly Look[]) {
    this.#options = options;
    this.#looks = [...looks];
  }

  static async open(options: AutomationOptions): Promise<Automation> {
    const { storage, runId, rules } = options;
    const automation = new Automation(options, await storage.listLooks(runId));
    const look = certifiedOf(automation.#looks);
    // What was certified for less says nothing about more.
    if (look && look.target < rules.target) await automation.#withdraw(look, 'changed');
    else if (look) await automation.#stand(look);
    return automation;
  }

  /** The learner has so many held-out comparisons now: it may be time to look. */
  hear(heldOut: number): Promise<void> {
    if (heldOut === this.#told || heldOut < this.#next) return Promise.resolve();
    this.#told = heldOut;
    return this.#inTurn(() => this.#look());
  }

  /** Whether the question is answered: nobody is to be asked it. */
  take(query: Query): Promise<boolean> {
    // What may be gaming its reward is for people.
    if (query.kind !== 'compare' || query.segments.length !== 2 || query.urgent)
      return Promise.resolve(false);
    return this.#inTurn(() => this.#take(query));
  }

  /** Somebody answered a question, or took an answer back. */
  answered({ queryId }: Pick<Assignment, 'queryId'>): Promise<void> {
    if (!this.#audits.has(queryId)) return Promise.resolve();
    return this.#inTurn(() => this.#judge());
  }

  get #next(): number {
    return nextLook(
      this.#looks.map(({ heldOut }) => heldOut),
      this.#options.rules.target,
    );
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }

  /** Takes over from the model before it. */
  async #stand(look: Look): Promise<void> {
    const { storage } = this.#options;
    const kept = await storage.readCertified(look.id);
    if (!look.certificate || !kept) return this.#withdraw(look, 'changed');
    const { reward } = kept;
    const { certificate } = look;
    this.#standing = { look, certificate, reward, score: createScorer(reward) };
    await this.#judge();
  }

  async #look(): Promise<void> {
    const { storage, rules, runId, environmentId, model, alerts } = this.#options;
    const learned = await model();
    const labels = (learned?.heldOut ?? []).filter((label) => isOfPerson(label));
    if (!learned || labels.length < this.#next) return;
    const score = createScorer(learned.reward);
    const heldOut = labels.map((label) => {
      const { choice, confidence } = saidBy(score, label);
      return { confidence, isRight: choice === label.choice };
    });
    const found = certifyThreshold(heldOut, rules.target, lookQuantile(this.#looks.length + 1));
    const look = {
      id: `look-${randomUUID().slice(0, 8)}`,
      ...{ runId, at: Date.now(), heldOut: labels.length, target: rules.target },
      rewardVersion: learned.reward.version,
      certificate: found ? { ...found, hash: '' } : null,
    };
    const { policy, reward } = learned;
    const observationSize = policy.layers[0]!.inputs;
    await storage.putLook(look, found ? { environmentId, observationSize, policy, reward } : null);
    this.#looks.splice(0, Number.POSITIVE_INFINITY, ...(await storage.listLooks(runId)));
    const newest = this.#looks.find(({ id }) => id === look.id);
    if (!found || !newest) return;
    alerts.clear('automation', 'automation-withdrawn');
    await this.#stand(newest);
  }

  async #take(query: Query): Promise<boolean> {
    const standing = this.#standing;
    const comparison = standing && (await this.#comparisonOf(query, standing.reward));
    if (!standing || !comparison) return false;
    const { look, certificate, score } = standing;
    const { choice, confidence } = saidBy(score, comparison);
    if (!(confidence >= certificate.threshold)) return false;
    const { rules, storage } = this.#options;
    const isBehind = this.#unanswered >= MOST_UNANSWERED;
    const isAudit = isBehind || stableShare(`audit ${query.id}`) < rules.audit;
    const { id: queryId, runId } = query;
    const answer = { queryId, runId, lookId: look.id, choice, confidence, isAudit, at: Date.now() };
    await storage.putAutomatic(answer, query);
    if (isAudit) {
      this.#audits.add(queryId);
      this.#unanswered++;
    }
    return !isAudit;
  }

  /** As a held-out label is: by one member alone, which one is decided by the id. undefined: its steps are gone. */
  async #comparisonOf({ id, segments }: Query, { scale, members }: PublishedReward) {
    const { episodes, actionSpace } = this.#options;
    const space = actionSpace();
    const size = scale.mean.length - scale.squared - space.size;
    const spec: RowSpec = { observationSpace: { size }, actionSpace: space };
    const [a, b] = await Promise.all(
      segments.map(async (s) => segmentRows(spec, await episodes.find(s.episodeId), s)),
    );
    if (!a || !b) return undefined;
    const rows = new Float32Array(a.length + b.length);
    rows.set(a);
    rows.set(b, a.length);
    const fold = Math.floor(stableShare(`member ${id}`) * members.length);
    return { fold, rows, split: a.length / (size + space.size) };
  }

  async #judge(): Promise<void> {
    const standing = this.#standing;
    if (!standing) return;
    const { look, certificate } = standing;
    const audits = await this.#options.storage.auditsOf(look.id);
    this.#audits = new Set(audits.map(({ queryId }) => queryId));
    this.#unanswered = audits.length - 1 - audits.findLastIndex(({ verdict }) => verdict !== null);
    const verdicts = audits.flatMap(({ verdict, choice }) =>
      verdict === null ? [] : [verdict === choice],
    );
    const why = withdrawal(certificate, verdicts, look.target);
    if (why) await this.#withdraw(look, why);
  }

  async #withdraw({ id }: Look, why: WithdrawalReason): Promise<void> {
    const { storage, runId, alerts } = this.#options;
    this.#standing = undefined;
    await storage.withdrawCertificate(id, why, Date.now());
    this.#looks.splice(0, Number.POSITIVE_INFINITY, ...(await storage.listLooks(runId)));
    alerts.raise(alertOf('automation'));
  }
}

/** Programs that answer in people's place say nothing about people. */
const isOfPerson = ({ teacherId }: HeldOutComparison) => !teacherId.startsWith(SYNTHETIC);

function saidBy(score: Scorer, comparison: Parameters<Scorer>[0]) {
  const difference = score(comparison);
  const choice = difference > 0 ? 'a' : 'b';
  return { choice, confidence: 1 / (1 + Math.exp(-Math.abs(difference))) } as const;
}
