/**
 * Which model of a run is the promoted one: somebody proposes what was learned by now, and once it has passed the gate
 * another supervisor approves; without accounts the owner does both. Rolling back takes one: it is what one does in a
 * hurry, and the model before was approved by two.
 */
import { randomUUID } from 'node:crypto';
import type { ModelReply, ModelState } from '../protocol/index.ts';
import {
  type KeptModel,
  type ModelRecord,
  type ModelStorage,
  type NewModel,
  promotedOf,
} from '../storage/models-contract.ts';
import type { People } from './people.ts';
import { expectAnother } from './two-persons.ts';

export class Promotions {
  readonly #storage: ModelStorage;
  readonly #people: Pick<People, 'areNamed' | 'nameOf'>;
  readonly #runId: string;

  constructor(storage: ModelStorage, people: Pick<People, 'areNamed' | 'nameOf'>, runId: string) {
    this.#storage = storage;
    this.#people = people;
    this.#runId = runId;
  }

  /** Newest first. */
  async list(): Promise<ModelReply[]> {
    const models = await this.#storage.listModels(this.#runId);
    const promoted = promotedOf(models)?.id;
    return models.reverse().map(({ runId: _, ...model }) => ({
      ...model,
      state: stateOf(model, promoted),
      proposedBy: this.#people.nameOf(model.proposedBy),
      approvedBy: this.#nameOf(model.approvedBy),
      rolledBackBy: this.#nameOf(model.rolledBackBy),
    }));
  }

  #nameOf(actor: string | null): string | null {
    return actor === null ? null : this.#people.nameOf(actor);
  }

  /** Kept whether it passes or not: what was refused is worth knowing. */
  propose(
    what: Pick<NewModel, 'gate' | 'figures'>,
    model: KeptModel,
    actor: string,
    now: number,
  ): Promise<ModelRecord> {
    const about = { id: `model-${randomUUID().slice(0, 8)}`, runId: this.#runId };
    return this.#storage.putModel({ ...about, ...what, proposedBy: actor, proposedAt: now }, model);
  }

  /** @throws TwoPersonError for who proposed it; RangeError where it does not pass, or nothing waits */
  async approve(id: string, actor: string, now: number): Promise<void> {
    const model = await this.#find(id);
    if (model.approvedBy !== null)
      throw new RangeError(`model: ${id} does not wait for an approval`);
    if (!model.gate.passes)
      throw new RangeError(
        `model: ${id} does not pass the gate (${failed(model)}); propose again once there are more labels`,
      );
    if (this.#people.areNamed)
      expectAnother(actor, [model.proposedBy], `model: ${id} was proposed by you`);
    // Its bytes are what is promoted: they have to be there, and the right ones.
    if (!(await this.#storage.readModel(id)))
      throw new RangeError(`model: the bytes of ${id} are gone; withdraw it and propose again`);
    if (!(await this.#storage.approveModel(id, actor, now)))
      throw new RangeError(`model: ${id} was approved or withdrawn meanwhile`);
  }

  /** @throws RangeError for one that is not there, or was approved */
  async withdraw(id: string, actor: string): Promise<void> {
    await this.#find(id);
    if (!(await this.#storage.withdrawModel(id, actor)))
      throw new RangeError(`model: ${id} was approved; rollback takes it back`);
  }

  /** @returns the id of the one that is promoted then; null: none is. @throws RangeError for one that is not promoted */
  async rollBack(id: string, actor: string, now: number): Promise<string | null> {
    await this.#find(id);
    if (!(await this.#storage.rollBackModel(id, actor, now)))
      throw new RangeError(`model: ${id} is not the promoted one`);
    return promotedOf(await this.#storage.listModels(this.#runId))?.id ?? null;
  }

  async #find(id: string): Promise<ModelRecord> {
    const models = await this.#storage.listModels(this.#runId);
    const found = models.find((model) => model.id === id);
    if (found) return found;
    const known = models.map((model) => model.id).join(', ') || 'none';
    throw new RangeError(`model: ${id} is not one of this run, allowed ${known}`);
  }
}

function failed({ gate }: ModelRecord): string {
  return gate.conditions
    .filter(({ isMet }) => !isMet)
    .map(({ name }) => name)
    .join(', ');
}

function stateOf(
  { id, approvedAt, rolledBackAt }: Pick<ModelRecord, 'id' | 'approvedAt' | 'rolledBackAt'>,
  promoted: string | undefined,
): ModelState {
  if (approvedAt === null) return 'waiting';
  if (rolledBackAt !== null) return 'rolled-back';
  return id === promoted ? 'promoted' : 'former';
}
