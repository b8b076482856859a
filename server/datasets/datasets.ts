/** Datasets of a run's campaigns: made, listed, and read out of the log, which is what they are versions of. */
import { hash, randomUUID } from 'node:crypto';
import { progressOf } from '../campaigns/ledger.ts';
import type { DatasetPerson, DatasetReply, Datasheet, LeftOut } from '../protocol/index.ts';
import { qualityOf } from '../run/quality.ts';
import { fixIdOf, newestReviews } from '../run/review-rules.ts';
import { isRight } from '../run/standing-rules.ts';
import type { CampaignAnswer, CampaignRecord } from '../storage/campaigns-contract.ts';
import type { Run, Storage, StoredFeedback } from '../storage/contract.ts';
import type { DatasetRecord } from '../storage/datasets-contract.ts';

export type DatasetsStorage = Pick<
  Storage,
  | 'listCampaigns'
  | 'answersOf'
  | 'queriesOf'
  | 'listProbes'
  | 'probeResults'
  | 'listReviews'
  | 'readFeedback'
  | 'listDatasets'
  | 'putDataset'
>;

export interface DatasetsOptions {
  readonly storage: DatasetsStorage;
  readonly run: Run;
  /** As others are told. */
  readonly nameOf: (actor: string) => string;
}

/** A dataset as the log has it now. */
export interface DatasetContent {
  /** A line each: what the log has, without words of a person's own. */
  readonly lines: string;
  /** Whether it is what the dataset was made of, to the last letter. */
  readonly isWhole: boolean;
  /** Answers that are in the log no more: they were erased, or kept no longer. */
  readonly missing: number;
}

interface Chosen {
  readonly rows: readonly CampaignAnswer[];
  readonly leftOut: Record<LeftOut, number>;
}

export class Datasets {
  readonly #options: DatasetsOptions;

  constructor(options: DatasetsOptions) {
    this.#options = options;
  }

  /** Newest first. */
  async list(): Promise<DatasetReply[]> {
    const { storage, run, nameOf } = this.#options;
    const all = await storage.listDatasets(run.id);
    return all
      .reverse()
      .map(({ runId: _, feedback: __, ...set }) => ({ ...set, madeBy: nameOf(set.madeBy) }));
  }

  /** @throws RangeError for one that is not there */
  async find(id: string): Promise<DatasetReply> {
    const all = await this.list();
    return all.find((set) => set.id === id) ?? unknown('dataset', id, all);
  }

  /** @throws RangeError where no answer counts, or they are those of the version before */
  async make(campaignId: string, madeBy: string, madeAt: number): Promise<string> {
    const { storage, run } = this.#options;
    const campaigns = await storage.listCampaigns(run.id);
    const campaign =
      campaigns.find(({ id }) => id === campaignId) ?? unknown('campaign', campaignId, campaigns);
    const before = (await storage.listDatasets(run.id)).filter((d) => d.campaignId === campaignId);
    const { sheet, feedback } = await this.#sheetOf(campaign, before.at(-1));
    if (feedback.length === 0)
      throw new RangeError(`campaign: ${campaignId} has no answer that counts yet`);
    if (sheet.hash === before.at(-1)?.sheet.hash)
      throw new RangeError(
        `campaign: ${campaignId} has the answers of ${before.at(-1)!.id}, nothing is new since`,
      );
    const id = `dataset-${randomUUID().slice(0, 8)}`;
    const made = { id, runId: run.id, campaignId, version: before.length + 1 };
    await storage.putDataset({ ...made, sheet, feedback, madeBy, madeAt });
    return id;
  }

  /** @throws RangeError for one that is not there */
  async read(id: string): Promise<DatasetContent> {
    const { storage, run } = this.#options;
    const all = await storage.listDatasets(run.id);
    const set = all.find((d) => d.id === id) ?? unknown('dataset', id, all);
    const wanted = new Set(set.feedback);
    const found = (await storage.readFeedback(run.id, 0)).filter((f) => wanted.has(f.feedback.id));
    const lines = linesOf(found);
    const missing = set.feedback.length - found.length;
    return { lines, missing, isWhole: hash('sha256', lines, 'hex') === set.sheet.hash };
  }

  async #sheetOf(
    campaign: CampaignRecord,
    parent: DatasetRecord | undefined,
  ): Promise<{ sheet: Datasheet; feedback: readonly string[] }> {
    const { storage, run } = this.#options;
    const answers = await storage.answersOf(campaign.id);
    const { rows, leftOut } = await this.#choose(answers);
    const fixed = await this.#fixedOf(answers);
    const wanted = new Set([...rows.map(({ feedbackId }) => feedbackId), ...fixed.keys()]);
    const said = (await storage.readFeedback(run.id, 0)).filter((f) => wanted.has(f.feedback.id));
    const quality = qualityOf(rows.flatMap(counted));
    const { alpha, interval, shared, disputed } = quality;
    const { terms, textHash, version, startedAt, endedAt } = campaign;
    const { hours, spend } = progressOf(terms, answers);
    const { id, environmentId, preset, seed, configHash } = run;
    const sheet: Datasheet = {
      ...{ format: 'reins-dataset-1', run: { id, environmentId, preset, seed, configHash } },
      campaign: { id: campaign.id, terms, textHash, version, startedAt, endedAt },
      ...{ parent: parent?.id ?? null, answers: said.length },
      questions: new Set([...rows.map(({ queryId }) => queryId), ...fixed.values()]).size,
      ...{ shared, disputed: disputed.length, alpha, interval },
      people: await this.#peopleOf(campaign.id, said, quality.people),
      ...{ leftOut, hours, spend, hash: hash('sha256', linesOf(said), 'hex') },
    };
    return { sheet, feedback: said.map(({ feedback }) => feedback.id) };
  }

  /** Those that count, and why the others do not. */
  async #choose(answers: readonly CampaignAnswer[]): Promise<Chosen> {
    const { storage, run } = this.#options;
    const probes = new Set((await storage.listProbes(run.id)).map(({ queryId }) => queryId));
    const leftOut = { skipped: 0, retracted: 0, paused: 0, rejected: 0, known: 0, late: 0 };
    const rows = answers.filter((row) => {
      const why = probes.has(row.queryId) ? 'known' : reasonOf(row);
      if (why) leftOut[why]++;
      return why === undefined;
    });
    return { rows, leftOut };
  }

  /** What reviewers put in the place of answers, by the query that it answers. */
  async #fixedOf(answers: readonly CampaignAnswer[]): Promise<Map<string, string>> {
    const { storage, run } = this.#options;
    const newest = newestReviews(await storage.listReviews(run.id));
    return new Map(
      answers.flatMap(({ feedbackId, queryId }) => {
        const review = newest.get(feedbackId);
        return review?.verdict === 'fix' ? [[fixIdOf(review), queryId]] : [];
      }),
    );
  }

  async #peopleOf(
    campaignId: string,
    said: readonly StoredFeedback[],
    people: ReturnType<typeof qualityOf>['people'],
  ): Promise<DatasetPerson[]> {
    const { storage, run } = this.#options;
    const own = new Set(await storage.queriesOf(campaignId));
    const results = (await storage.probeResults(run.id)).filter(
      ({ kind, queryId }) => (kind === 'quiz' || kind === 'gold') && own.has(queryId),
    );
    const ids = [...new Set(said.map(({ feedback }) => feedback.teacherId))];
    return ids.map((teacherId) => {
      const answers = said.filter(({ feedback }) => feedback.teacherId === teacherId).length;
      const known = results.filter((result) => result.teacherId === teacherId);
      const right = known.filter(isRight).length;
      const accuracy = people.find((p) => p.teacherId === teacherId)?.accuracy ?? null;
      return { teacherId, answers, known: { n: known.length, right }, accuracy };
    });
  }
}

function counted({ verdict, ...row }: CampaignAnswer) {
  return verdict === null ? [] : [{ ...row, verdict }];
}

/** undefined: it counts. */
function reasonOf({ state, reason }: CampaignAnswer): LeftOut | undefined {
  if (state === 'answered') return undefined;
  if (state === 'skipped') return 'skipped';
  if (reason === 'retracted' || reason === 'paused' || reason === 'rejected') return reason;
  return 'late';
}

/** As the log has them, but for words of a person's own, which may be kept for less long. */
function linesOf(feedback: readonly StoredFeedback[]): string {
  return feedback
    .map(
      ({
        feedback: { reason: _, tag: __, ...said },
      }: {
        feedback: StoredFeedback['feedback'] & Words;
      }) => said,
    )
    .map((said) => `${JSON.stringify(said)}\n`)
    .join('');
}

interface Words {
  readonly reason?: unknown;
  readonly tag?: unknown;
}

function unknown(what: string, id: string, all: readonly { readonly id: string }[]): never {
  const known = all.map((each) => each.id).join(', ') || 'none';
  throw new RangeError(`${what}: ${id} is not one of this run, allowed ${known}`);
}
