/** Tables of the SQLite storage. */
import type { Generated } from 'kysely';
import type { Account, Consent, Invite, Login } from './accounts-contract.ts';
import type { AskRecord } from './asks-contract.ts';
import type { AutomaticAnswer, Look } from './automation-contract.ts';
import type { CampaignRecord } from './campaigns-contract.ts';
import type { Comment } from './comments-contract.ts';
import type { DatasetRecord } from './datasets-contract.ts';
import type { ModelRecord } from './models-contract.ts';
import type { Probe, Standing } from './quality-contract.ts';
import type { Review } from './reviews-contract.ts';
import type { ErasedAnswer, Hold } from './subjects-contract.ts';

export interface Tables {
  run: {
    id: string;
    environmentId: string;
    preset: string;
    seed: number;
    configHash: string;
    createdAt: number;
    engine: string | null;
  };
  feedback: {
    sequence: Generated<number>;
    id: string;
    runId: string;
    teacherId: string;
    kind: string;
    receivedAt: number;
    body: string;
  };
  episode: {
    id: string;
    runId: string;
    seed: number;
    length: number;
    end: string;
    endReason: string | null;
    origin: string | null;
    live: number;
    startedAt: number;
    humanSteps: number;
    summary: string;
  };
  runDetail: {
    runId: string;
    name: string | null;
    notes: string | null;
    identity: string | null;
    places: string | null;
  };
  query: { id: string; runId: string; body: string; campaignId: string | null };
  metrics: { runId: string; time: number; learnerUpdates: number; body: string };
  assignment: {
    token: number;
    runId: string;
    queryId: string;
    teacherId: string;
    state: string;
    reason: string | null;
    leasedAt: number;
    expiresAt: number;
    endedAt: number | null;
    feedbackId: string | null;
    verdict: string | null;
  };
  probe: Probe;
  gold: {
    id: string;
    runId: string;
    body: string;
    createdAt: number;
    retiredAt: number | null;
    retiredWhy: string | null;
  };
  standing: Standing;
  audit: { seq: number; hash: string; body: string };
  account: Account;
  invite: Invite;
  login: Login;
  consent: Consent;
  review: Review;
  delivery: { target: string; sequence: number };
  hold: Hold;
  erasure: {
    id: string;
    subject: string;
    withAnswers: number;
    requestedBy: string;
    requestedAt: number;
    approvedBy: string | null;
    approvedAt: number | null;
    doneAt: number | null;
    result: string | null;
  };
  erased: Omit<ErasedAnswer, 'isLearned'> & { isLearned: number };
  usage: { feedbackId: string; runId: string; version: number | null; usedAt: number };
  exclusion: { runId: string; version: number; teachers: string; feedback: string };
  comment: Omit<Comment, 'from' | 'to'> & { fromStep: number; toStep: number };
  model: Omit<ModelRecord, 'gate' | 'figures'> & { gate: string; figures: string };
  campaign: Omit<CampaignRecord, 'terms' | 'state' | 'endedWhy'> & {
    terms: string;
    state: string;
    endedWhy: string | null;
  };
  dataset: Omit<DatasetRecord, 'sheet' | 'feedback'> & { sheet: string; feedback: string };
  text: { hash: string; kind: string; body: string; since: number };
  retention: {
    name: string;
    days: number | null;
    heldSince: number | null;
    heldBy: string | null;
    heldWhy: string | null;
  };
  sweep: { id: string; at: number; actor: string; removed: string; held: number };
  look: Omit<Look, 'certificate' | 'withdrawnWhy'> & {
    certificate: string | null;
    withdrawnWhy: string | null;
  };
  ask: Omit<AskRecord, 'conditions' | 'kind' | 'fallback' | 'outcome'> & {
    kind: string;
    fallback: string;
    conditions: string;
    outcome: string | null;
  };
  automatic: Omit<AutomaticAnswer, 'isAudit'> & { isAudit: number };
}

const CREATE = `
CREATE TABLE run (id TEXT PRIMARY KEY, environmentId TEXT NOT NULL, preset TEXT NOT NULL, seed INTEGER NOT NULL,
  configHash TEXT NOT NULL, createdAt REAL NOT NULL) STRICT;
CREATE TABLE feedback (sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, runId TEXT NOT NULL,
  teacherId TEXT NOT NULL, kind TEXT NOT NULL, receivedAt REAL NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX feedback_run ON feedback (runId, sequence);
CREATE TRIGGER feedback_is_append_only BEFORE UPDATE ON feedback BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TABLE episode (id TEXT PRIMARY KEY, runId TEXT NOT NULL, seed INTEGER NOT NULL, length INTEGER NOT NULL,
  end TEXT NOT NULL, live INTEGER NOT NULL, startedAt REAL NOT NULL, humanSteps INTEGER NOT NULL, summary TEXT NOT NULL) STRICT;
CREATE INDEX episode_run ON episode (runId, startedAt);
CREATE TABLE query (id TEXT PRIMARY KEY, runId TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE metrics (runId TEXT NOT NULL, time REAL NOT NULL, learnerUpdates INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX metrics_run ON metrics (runId, learnerUpdates, time);
`;

const ASSIGNMENTS = `
CREATE TABLE assignment (token INTEGER PRIMARY KEY, runId TEXT NOT NULL, queryId TEXT NOT NULL, teacherId TEXT NOT NULL,
  state TEXT NOT NULL, reason TEXT, leasedAt REAL NOT NULL, expiresAt REAL NOT NULL, endedAt REAL, feedbackId TEXT, verdict TEXT) STRICT;
CREATE INDEX assignment_query ON assignment (queryId);
CREATE INDEX assignment_run ON assignment (runId, state);
CREATE INDEX assignment_feedback ON assignment (feedbackId) WHERE feedbackId IS NOT NULL;
CREATE UNIQUE INDEX assignment_once ON assignment (queryId, teacherId) WHERE state <> 'expired';
`;

const AUDIT = `
CREATE TABLE audit (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
`;

const ACCOUNTS = `
CREATE TABLE account (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, role TEXT NOT NULL, password TEXT,
  createdAt REAL NOT NULL, disabledAt REAL) STRICT;
CREATE TABLE invite (hash TEXT PRIMARY KEY, role TEXT NOT NULL, createdAt REAL NOT NULL, expiresAt REAL NOT NULL, usedBy TEXT) STRICT;
CREATE TABLE login (hash TEXT PRIMARY KEY, accountId TEXT NOT NULL, createdAt REAL NOT NULL, expiresAt REAL NOT NULL) STRICT;
`;

const QUALITY = `
CREATE TABLE probe (queryId TEXT PRIMARY KEY, runId TEXT NOT NULL, teacherId TEXT NOT NULL, kind TEXT NOT NULL, about TEXT NOT NULL,
  expected TEXT NOT NULL) STRICT;
CREATE INDEX probe_run ON probe (runId, teacherId);
CREATE TABLE gold (id TEXT PRIMARY KEY, runId TEXT NOT NULL, body TEXT NOT NULL, createdAt REAL NOT NULL, retiredAt REAL, retiredWhy TEXT) STRICT;
CREATE INDEX gold_run ON gold (runId);
CREATE TABLE standing (runId TEXT NOT NULL, teacherId TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, actor TEXT NOT NULL,
  since REAL NOT NULL, PRIMARY KEY (runId, teacherId)) STRICT;
CREATE INDEX assignment_person ON assignment (runId, teacherId);
`;

const CONSENTS = `
CREATE TABLE consent (teacherId TEXT NOT NULL, textHash TEXT NOT NULL, agreedAt REAL NOT NULL, PRIMARY KEY (teacherId, textHash)) STRICT;
`;

const SUBJECTS = `
CREATE TABLE hold (teacherId TEXT PRIMARY KEY, reason TEXT NOT NULL, actor TEXT NOT NULL, since REAL NOT NULL) STRICT;
CREATE TABLE erasure (id TEXT PRIMARY KEY, subject TEXT NOT NULL, withAnswers INTEGER NOT NULL, requestedBy TEXT NOT NULL,
  requestedAt REAL NOT NULL, approvedBy TEXT, approvedAt REAL, doneAt REAL, result TEXT) STRICT;
CREATE TABLE erased (feedbackId TEXT PRIMARY KEY, runId TEXT NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL,
  erasureId TEXT NOT NULL, isLearned INTEGER NOT NULL, version INTEGER) STRICT;
CREATE INDEX erased_run ON erased (runId);
CREATE TABLE usage (feedbackId TEXT PRIMARY KEY, runId TEXT NOT NULL, version INTEGER, usedAt REAL NOT NULL) STRICT;
CREATE INDEX usage_run ON usage (runId, version);
INSERT INTO usage SELECT id, runId, -1, receivedAt FROM feedback;
CREATE TABLE exclusion (runId TEXT NOT NULL, version INTEGER NOT NULL, teachers TEXT NOT NULL, PRIMARY KEY (runId, version)) STRICT;
CREATE TABLE text (hash TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, since REAL NOT NULL) STRICT;
`;

const REVIEWS = `
CREATE TABLE review (id TEXT PRIMARY KEY, runId TEXT NOT NULL, feedbackId TEXT NOT NULL, reviewer TEXT NOT NULL, verdict TEXT NOT NULL,
  reason TEXT NOT NULL, at REAL NOT NULL) STRICT;
CREATE INDEX review_run ON review (runId, at);
ALTER TABLE exclusion ADD COLUMN feedback TEXT NOT NULL DEFAULT '[]';
`;

const MODELS = `
CREATE TABLE model (id TEXT PRIMARY KEY, runId TEXT NOT NULL, hash TEXT NOT NULL, policyVersion INTEGER NOT NULL,
  rewardVersion INTEGER NOT NULL, gate TEXT NOT NULL, figures TEXT NOT NULL, proposedBy TEXT NOT NULL, proposedAt REAL NOT NULL,
  approvedBy TEXT, approvedAt REAL, rolledBackBy TEXT, rolledBackAt REAL) STRICT;
CREATE INDEX model_run ON model (runId);
`;

const COMMENTS = `
CREATE TABLE comment (id TEXT PRIMARY KEY, runId TEXT NOT NULL, episodeId TEXT NOT NULL, fromStep INTEGER NOT NULL, toStep INTEGER NOT NULL,
  replyTo TEXT, teacherId TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL, resolvedBy TEXT, resolvedAt REAL) STRICT;
CREATE INDEX comment_episode ON comment (episodeId, at);
CREATE INDEX comment_run ON comment (runId, at);
`;

const CAMPAIGNS = `
CREATE TABLE campaign (id TEXT PRIMARY KEY, runId TEXT NOT NULL, terms TEXT NOT NULL, textHash TEXT NOT NULL, version INTEGER NOT NULL,
  state TEXT NOT NULL, endedWhy TEXT, createdBy TEXT NOT NULL, createdAt REAL NOT NULL, startedAt REAL, endedAt REAL) STRICT;
CREATE INDEX campaign_run ON campaign (runId, createdAt);
ALTER TABLE query ADD COLUMN campaignId TEXT;
CREATE INDEX query_campaign ON query (campaignId) WHERE campaignId IS NOT NULL;
`;

const RETENTION = `
CREATE TABLE retention (name TEXT PRIMARY KEY, days INTEGER, heldSince REAL, heldBy TEXT, heldWhy TEXT) STRICT;
CREATE TABLE sweep (id TEXT PRIMARY KEY, at REAL NOT NULL, actor TEXT NOT NULL, removed TEXT NOT NULL, held INTEGER NOT NULL) STRICT;
`;

const AUTOMATION = `
CREATE TABLE look (id TEXT PRIMARY KEY, runId TEXT NOT NULL, at REAL NOT NULL, heldOut INTEGER NOT NULL, target REAL NOT NULL,
  rewardVersion INTEGER NOT NULL, certificate TEXT, withdrawnAt REAL, withdrawnWhy TEXT) STRICT;
CREATE INDEX look_run ON look (runId, at);
CREATE TABLE automatic (queryId TEXT PRIMARY KEY, runId TEXT NOT NULL, lookId TEXT NOT NULL, choice TEXT NOT NULL,
  confidence REAL NOT NULL, isAudit INTEGER NOT NULL, at REAL NOT NULL) STRICT;
CREATE INDEX automatic_run ON automatic (runId, at);
CREATE INDEX automatic_look ON automatic (lookId, isAudit);
`;

const DATASETS = `
CREATE TABLE dataset (id TEXT PRIMARY KEY, runId TEXT NOT NULL, campaignId TEXT NOT NULL, version INTEGER NOT NULL, sheet TEXT NOT NULL,
  feedback TEXT NOT NULL, madeBy TEXT NOT NULL, madeAt REAL NOT NULL, UNIQUE (campaignId, version)) STRICT;
CREATE INDEX dataset_run ON dataset (runId, madeAt);
`;

const IDENTITIES = `
ALTER TABLE account ADD COLUMN identity TEXT;
ALTER TABLE account ADD COLUMN rule TEXT;
CREATE UNIQUE INDEX account_identity ON account (identity) WHERE identity IS NOT NULL;
`;

const ASKS = `
CREATE TABLE ask (id TEXT PRIMARY KEY, runId TEXT NOT NULL, episodeId TEXT NOT NULL, step INTEGER NOT NULL, kind TEXT NOT NULL,
  fallback TEXT NOT NULL, conditions TEXT NOT NULL, at REAL NOT NULL, outcome TEXT, endedAt REAL) STRICT;
CREATE INDEX ask_episode ON ask (episodeId, step);
CREATE INDEX ask_run ON ask (runId, at);
`;

/** Statement n brings a database from version n (`PRAGMA user_version`) to the next; only ever appended to. */
export const MIGRATIONS: readonly string[] = [
  CREATE,
  'ALTER TABLE run ADD COLUMN engine TEXT;',
  'CREATE TABLE runDetail (runId TEXT PRIMARY KEY, name TEXT, identity TEXT) STRICT;',
  ASSIGNMENTS,
  AUDIT,
  ACCOUNTS,
  'ALTER TABLE runDetail ADD COLUMN places TEXT;',
  'ALTER TABLE episode ADD COLUMN endReason TEXT; ALTER TABLE episode ADD COLUMN origin TEXT;',
  QUALITY,
  CONSENTS,
  'ALTER TABLE runDetail ADD COLUMN notes TEXT;',
  'CREATE TABLE delivery (target TEXT PRIMARY KEY, sequence INTEGER NOT NULL) STRICT;',
  SUBJECTS,
  REVIEWS,
  MODELS,
  COMMENTS,
  CAMPAIGNS,
  RETENTION,
  AUTOMATION,
  DATASETS,
  IDENTITIES,
  ASKS,
];
export const SCHEMA_VERSION = MIGRATIONS.length;
