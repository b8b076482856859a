/**
 * What supervisors decide about campaigns. A draft may be changed in everything; one that has begun in its name,
 * instructions, budget and end, since answers to other questions would not be of the same campaign.
 */
import { randomUUID } from 'node:crypto';
import {
  type CampaignReply,
  type CampaignTerms,
  campaignTermsSchema,
  examplesIn,
  instructionsSchema,
} from '../protocol/index.ts';
import { textHash } from '../storage/audit-chain.ts';
import type { CampaignRecord, CampaignStorage } from '../storage/campaigns-contract.ts';
import type { Storage } from '../storage/contract.ts';
import type { StudyText, SubjectStorage } from '../storage/subjects-contract.ts';
import { progressOf } from './ledger.ts';

/** Questions of a calibration that two people or more have answered, before production may begin. */
export const CALIBRATION_QUESTIONS = 20;
const CHANGEABLE: readonly (keyof CampaignTerms)[] = [
  'name',
  'most',
  'budget',
  'rate',
  'until',
  'accuracy',
];

/** Something else has to come first. */
export class NotCalibratedError extends RangeError {}

export interface CampaignsOptions {
  readonly storage: CampaignStorage &
    Pick<SubjectStorage, 'listTexts'> &
    Pick<Storage, 'findEpisode'>;
  readonly runId: string;
  /** As others are told. */
  readonly nameOf: (actor: string) => string;
}

export class Campaigns {
  readonly #options: CampaignsOptions;

  constructor(options: CampaignsOptions) {
    this.#options = options;
  }

  /** Newest first. */
  async list(): Promise<CampaignReply[]> {
    const { storage, nameOf, runId } = this.#options;
    const texts = new Map((await storage.listTexts()).map(({ hash, body }) => [hash, body]));
    const found: CampaignReply[] = [];
    for (const { runId: _, ...campaign } of await storage.listCampaigns(runId))
      found.push({
        ...campaign,
        instructions: texts.get(campaign.textHash) ?? '',
        createdBy: nameOf(campaign.createdBy),
        progress: progressOf(campaign.terms, await storage.answersOf(campaign.id)),
      });
    return found.reverse();
  }

  /** @throws RangeError for one that is not there */
  async find(id: string): Promise<CampaignReply> {
    const all = await this.list();
    return all.find((campaign) => campaign.id === id) ?? unknown(id, all);
  }

  /** A draft. @throws RangeError naming what is wrong in it */
  async create(
    given: unknown,
    instructions: string,
    createdBy: string,
    createdAt: number,
  ): Promise<string> {
    const terms = termsOf(given);
    const text = textOf(instructions, createdAt);
    await this.#expectClips(text.body);
    const id = `campaign-${randomUUID().slice(0, 8)}`;
    const made = { id, runId: this.#options.runId, terms, textHash: text.hash, version: 1 };
    const times = { createdAt, startedAt: null, endedAt: null, endedWhy: null };
    await this.#options.storage.createCampaign(
      { ...made, state: 'draft', createdBy, ...times },
      text,
    );
    return id;
  }

  /**
   * People read new instructions before they answer on.
   * @param given terms that become others. @throws RangeError for what is not to be changed any more
   */
  async change(
    id: string,
    given: Readonly<Record<string, unknown>>,
    instructions: string | undefined,
    actor: string,
    now: number,
  ): Promise<void> {
    const campaign = await this.#find(id);
    const terms = termsOf({ ...campaign.terms, ...given });
    const fixed = Object.keys(given).filter((name) => {
      const key = name as keyof CampaignTerms;
      const isSame = JSON.stringify(terms[key]) === JSON.stringify(campaign.terms[key]);
      return !isSame && !CHANGEABLE.includes(key);
    });
    if (campaign.state !== 'draft' && fixed.length > 0)
      throw new RangeError(
        `campaign.${fixed[0]}: ${id} has begun, allowed to change are ${CHANGEABLE.join(', ')} and the instructions`,
      );
    const before = (await this.find(id)).instructions;
    const text = textOf(instructions ?? before, now);
    if (text.hash !== campaign.textHash) await this.#expectClips(text.body);
    const version = campaign.version + Number(text.hash !== campaign.textHash);
    const { storage } = this.#options;
    if (!(await storage.changeCampaign(id, { terms, version }, text, actor)))
      throw new RangeError(`campaign: ${id} has ended; make another one`);
  }

  /** @throws NotCalibratedError, RangeError where another one is on, or it has ended */
  async start(id: string, actor: string, now: number): Promise<void> {
    const campaign = await this.#find(id);
    if (campaign.terms.purpose === 'production' && campaign.state === 'draft')
      await this.#expectCalibrated(campaign);
    if (!(await this.#options.storage.startCampaign(id, actor, now)))
      throw new RangeError(`campaign: ${id} is ${campaign.state}, allowed to start draft, paused`);
  }

  /** @throws RangeError where it does not run */
  async pause(id: string, actor: string): Promise<void> {
    const { state } = await this.#find(id);
    if (!(await this.#options.storage.pauseCampaign(id, actor)))
      throw new RangeError(`campaign: ${id} is ${state}, allowed to pause running`);
  }

  /** For good. @throws RangeError where it has not begun, or has ended */
  async end(id: string, actor: string, now: number): Promise<void> {
    const { state } = await this.#find(id);
    if (!(await this.#options.storage.endCampaign(id, 'person', actor, now)))
      throw new RangeError(`campaign: ${id} is ${state}, allowed to end running, paused`);
  }

  /** @throws RangeError where it is no draft */
  async remove(id: string, actor: string): Promise<void> {
    const { state } = await this.#find(id);
    if (!(await this.#options.storage.deleteCampaign(id, actor)))
      throw new RangeError(`campaign: ${id} is ${state}, allowed to delete draft`);
  }

  /** From when the text is stored on they are kept (storage/kept-episodes.ts). */
  async #expectClips(text: string): Promise<void> {
    for (const { episodeId, to } of examplesOf(text)) {
      const episode = await this.#options.storage.findEpisode(episodeId);
      if (episode?.runId !== this.#options.runId)
        throw new RangeError(
          `campaign.instructions: clip:${episodeId} is not kept here, allowed are episodes of this run as Episodes lists them`,
        );
      if (to > episode.length)
        throw new RangeError(
          `campaign.instructions: clip:${episodeId} ends at ${to}, allowed up to ${episode.length}`,
        );
    }
  }

  async #expectCalibrated({ id, terms }: CampaignRecord): Promise<void> {
    const all = await this.list();
    const ended = all.filter((other) => other.state === 'ended');
    const most = Math.max(
      0,
      ...ended.map((other) =>
        other.terms.purpose === 'calibration' && other.terms.kind === terms.kind
          ? other.progress.shared
          : 0,
      ),
    );
    if (most < CALIBRATION_QUESTIONS)
      throw new NotCalibratedError(
        `campaign: ${id} is production, which begins once a calibration (${terms.kind}) has ended with ${CALIBRATION_QUESTIONS} questions that two people answered, there are ${most}; a pilot needs none`,
      );
  }

  async #find(id: string): Promise<CampaignRecord> {
    const all = await this.#options.storage.listCampaigns(this.#options.runId);
    return all.find((campaign) => campaign.id === id) ?? unknown(id, all);
  }
}

function unknown(id: string, all: readonly { readonly id: string }[]): never {
  const known = all.map((campaign) => campaign.id).join(', ') || 'none';
  throw new RangeError(`campaign: ${id} is not one of this run, allowed ${known}`);
}

function termsOf(given: unknown): CampaignTerms {
  const parsed = campaignTermsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RangeError(`${['campaign', ...issue!.path].join('.')}: ${issue!.message}`);
}

function examplesOf(text: string): ReturnType<typeof examplesIn> {
  try {
    return examplesIn(text);
  } catch (error) {
    throw new RangeError(`campaign.instructions: ${(error as Error).message}`);
  }
}

function textOf(given: string, since: number): StudyText {
  const parsed = instructionsSchema.safeParse(given);
  if (!parsed.success)
    throw new RangeError(`campaign.instructions: ${parsed.error.issues[0]!.message}`);
  const body = parsed.data;
  return { hash: textHash(body), kind: 'instructions', body, since };
}
