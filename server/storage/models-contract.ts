/** Versions of policy and reward model that were proposed to be the promoted one, kept with their bytes. */
import type { PolicySnapshot } from '../../agent/contract.ts';
import type { PublishedReward } from '../../agent/reward/published.ts';
import type { ModelReply, PromotionGate } from '../protocol/index.ts';

export interface ModelRecord
  extends Pick<
    ModelReply,
    | 'id'
    | 'hash'
    | 'policyVersion'
    | 'rewardVersion'
    | 'figures'
    | 'proposedBy'
    | 'proposedAt'
    | 'approvedBy'
    | 'approvedAt'
    | 'rolledBackBy'
    | 'rolledBackAt'
  > {
  readonly runId: string;
  readonly gate: PromotionGate;
}

/** What is kept of one, whatever becomes of the run's checkpoints. */
export interface KeptModel {
  readonly environmentId: string;
  readonly observationSize: number;
  readonly policy: PolicySnapshot;
  readonly reward: PublishedReward;
}

export type NewModel = Pick<
  ModelRecord,
  'id' | 'runId' | 'gate' | 'figures' | 'proposedBy' | 'proposedAt'
>;

/** Each change appends to the audit log in its own transaction. `actor`: pseudonym of who does it; times in ms. */
export interface ModelStorage {
  /** Proposes it: first its bytes, then that it is there. */
  putModel(about: NewModel, model: KeptModel): Promise<ModelRecord>;
  /** Oldest first. */
  listModels(runId: string): Promise<ModelRecord[]>;
  /** undefined: it is not there. @throws RangeError naming it where its bytes are not those that were approved */
  readModel(id: string): Promise<KeptModel | undefined>;
  /**
   * It is the promoted one of its run from then on.
   * @returns whether it waited. @throws RangeError where it was judged against another one than is promoted now
   */
  approveModel(id: string, actor: string, at: number): Promise<boolean>;
  /** With its bytes. @returns whether it waited */
  withdrawModel(id: string, actor: string): Promise<boolean>;
  /** The one that was promoted before it is again. @returns whether it was the promoted one */
  rollBackModel(id: string, actor: string, at: number): Promise<boolean>;
}

/** The one that was approved last of those that stand. */
export function promotedOf<M extends Pick<ModelRecord, 'approvedAt' | 'rolledBackAt'>>(
  models: readonly M[],
): M | undefined {
  const standing = models.filter((m) => m.approvedAt !== null && m.rolledBackAt === null);
  return standing.sort((a, b) => a.approvedAt! - b.approvedAt!).at(-1);
}
