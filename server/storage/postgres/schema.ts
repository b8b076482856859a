/**
 * The tables of ../schema.ts as PostgreSQL has them: names quoted, since it folds what is not; every number 8 bytes,
 * since its REAL has 4 and its INTEGER ends at 2³¹.
 */
import type { Generated } from 'kysely';

const CREATE = `
CREATE TABLE run (id TEXT PRIMARY KEY, "environmentId" TEXT NOT NULL, preset TEXT NOT NULL, seed BIGINT NOT NULL,
  "configHash" TEXT NOT NULL, "createdAt" DOUBLE PRECISION NOT NULL, engine TEXT);
CREATE TABLE "runDetail" ("runId" TEXT PRIMARY KEY, name TEXT, identity TEXT, places TEXT);

CREATE TABLE feedback (sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id TEXT NOT NULL UNIQUE, "runId" TEXT NOT NULL,
  "teacherId" TEXT NOT NULL, kind TEXT NOT NULL, "receivedAt" DOUBLE PRECISION NOT NULL, body TEXT NOT NULL);
CREATE INDEX feedback_run ON feedback ("runId", sequence);

CREATE TABLE episode (id TEXT PRIMARY KEY, "runId" TEXT NOT NULL, seed BIGINT NOT NULL, length BIGINT NOT NULL,
  "end" TEXT NOT NULL, live BIGINT NOT NULL, "startedAt" DOUBLE PRECISION NOT NULL, "humanSteps" BIGINT NOT NULL,
  summary TEXT NOT NULL, "endReason" TEXT, origin TEXT);
CREATE INDEX episode_run ON episode ("runId", "startedAt");

CREATE TABLE query (id TEXT PRIMARY KEY, "runId" TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE metrics ("runId" TEXT NOT NULL, time DOUBLE PRECISION NOT NULL, "learnerUpdates" BIGINT NOT NULL, body TEXT NOT NULL);
CREATE INDEX metrics_run ON metrics ("runId", "learnerUpdates", time);

CREATE TABLE assignment (token BIGINT PRIMARY KEY, "runId" TEXT NOT NULL, "queryId" TEXT NOT NULL, "teacherId" TEXT NOT NULL,
  state TEXT NOT NULL, reason TEXT, "leasedAt" DOUBLE PRECISION NOT NULL, "expiresAt" DOUBLE PRECISION NOT NULL,
  "endedAt" DOUBLE PRECISION, "feedbackId" TEXT, verdict TEXT);
CREATE INDEX assignment_query ON assignment ("queryId");
CREATE INDEX assignment_run ON assignment ("runId", state);
CREATE INDEX assignment_feedback ON assignment ("feedbackId") WHERE "feedbackId" IS NOT NULL;
CREATE UNIQUE INDEX assignment_once ON assignment ("queryId", "teacherId") WHERE state <> 'expired';

CREATE TABLE audit (seq BIGINT PRIMARY KEY, hash TEXT NOT NULL, body TEXT NOT NULL);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER feedback_is_append_only BEFORE UPDATE ON feedback FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE account (id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, password TEXT,
  "createdAt" DOUBLE PRECISION NOT NULL, "disabledAt" DOUBLE PRECISION);
CREATE UNIQUE INDEX account_name ON account (lower(name));
CREATE TABLE invite (hash TEXT PRIMARY KEY, role TEXT NOT NULL, "createdAt" DOUBLE PRECISION NOT NULL,
  "expiresAt" DOUBLE PRECISION NOT NULL, "usedBy" TEXT);
CREATE TABLE login (hash TEXT PRIMARY KEY, "accountId" TEXT NOT NULL, "createdAt" DOUBLE PRECISION NOT NULL,
  "expiresAt" DOUBLE PRECISION NOT NULL);

CREATE TABLE claim ("runId" TEXT PRIMARY KEY, epoch BIGINT NOT NULL);

CREATE TABLE file (name TEXT NOT NULL, part INTEGER NOT NULL, bytes BYTEA NOT NULL, PRIMARY KEY (name, part));
ALTER TABLE file ALTER COLUMN bytes SET STORAGE EXTERNAL;
`;

const QUALITY = `
CREATE TABLE probe ("queryId" TEXT PRIMARY KEY, "runId" TEXT NOT NULL, "teacherId" TEXT NOT NULL, kind TEXT NOT NULL,
  about TEXT NOT NULL, expected TEXT NOT NULL);
CREATE INDEX probe_run ON probe ("runId", "teacherId");
CREATE TABLE gold (id TEXT PRIMARY KEY, "runId" TEXT NOT NULL, body TEXT NOT NULL, "createdAt" DOUBLE PRECISION NOT NULL,
  "retiredAt" DOUBLE PRECISION, "retiredWhy" TEXT);
CREATE INDEX gold_run ON gold ("runId");
CREATE TABLE standing ("runId" TEXT NOT NULL, "teacherId" TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
  actor TEXT NOT NULL, since DOUBLE PRECISION NOT NULL, PRIMARY KEY ("runId", "teacherId"));
CREATE INDEX assignment_person ON assignment ("runId", "teacherId");
`;

const CONSENTS = `
CREATE TABLE consent ("teacherId" TEXT NOT NULL, "textHash" TEXT NOT NULL, "agreedAt" DOUBLE PRECISION NOT NULL,
  PRIMARY KEY ("teacherId", "textHash"));
ALTER TABLE "runDetail" ADD COLUMN notes TEXT;
`;

const DELIVERIES = `
CREATE TABLE delivery (target TEXT PRIMARY KEY, sequence BIGINT NOT NULL);
`;

const SUBJECTS = `
CREATE TABLE hold ("teacherId" TEXT PRIMARY KEY, reason TEXT NOT NULL, actor TEXT NOT NULL, since DOUBLE PRECISION NOT NULL);
CREATE TABLE erasure (id TEXT PRIMARY KEY, subject TEXT NOT NULL, "withAnswers" BIGINT NOT NULL, "requestedBy" TEXT NOT NULL,
  "requestedAt" DOUBLE PRECISION NOT NULL, "approvedBy" TEXT, "approvedAt" DOUBLE PRECISION, "doneAt" DOUBLE PRECISION, result TEXT);
CREATE TABLE erased ("feedbackId" TEXT PRIMARY KEY, "runId" TEXT NOT NULL, sequence BIGINT NOT NULL, kind TEXT NOT NULL,
  "erasureId" TEXT NOT NULL, "isLearned" BIGINT NOT NULL, version BIGINT);
CREATE INDEX erased_run ON erased ("runId");
CREATE TABLE usage ("feedbackId" TEXT PRIMARY KEY, "runId" TEXT NOT NULL, version BIGINT, "usedAt" DOUBLE PRECISION NOT NULL);
CREATE INDEX usage_run ON usage ("runId", version);
INSERT INTO usage SELECT id, "runId", -1, "receivedAt" FROM feedback;
CREATE TABLE exclusion ("runId" TEXT NOT NULL, version BIGINT NOT NULL, teachers TEXT NOT NULL, PRIMARY KEY ("runId", version));
CREATE TABLE text (hash TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, since DOUBLE PRECISION NOT NULL);
`;

const REVIEWS = `
CREATE TABLE review (id TEXT PRIMARY KEY, "runId" TEXT NOT NULL, "feedbackId" TEXT NOT NULL, reviewer TEXT NOT NULL, verdict TEXT NOT NULL,
  reason TEXT NOT NULL, at DOUBLE PRECISION NOT NULL);
CREATE INDEX review_run ON review ("runId", at);
ALTER TABLE exclusion ADD COLUMN feedback TEXT NOT NULL DEFAULT '[]';
`;

const MODELS = `
CREATE TABLE model (id TEXT PRIMARY KEY, "runId" TEXT NOT NULL, hash TEXT NOT NULL, "policyVersion" BIGINT NOT NULL,
  "rewardVersion" BIGINT NOT NULL, gate TEXT NOT NULL, figures TEXT NOT NULL, "proposedBy" TEXT NOT NULL,
  "proposedAt" DOUBLE PRECISION NOT NULL, "approvedBy" TEXT, "approvedAt" DOUBLE PRECISION, "rolledBackBy" TEXT,
  "rolledBackAt" DOUBLE PRECISION);
CREATE INDEX model_run ON model ("runId");
`;

const COMMENTS = `
CREATE TABLE comment (id TEXT PRIMARY KEY, "runId" TEXT NOT NULL, "episodeId" TEXT NOT NULL, "fromStep" BIGINT NOT NULL,
  "toStep" BIGINT NOT NULL, "replyTo" TEXT, "teacherId" TEXT NOT NULL, text TEXT NOT NULL, at DOUBLE PRECISION NOT NULL,
  "resolvedBy" TEXT, "resolvedAt" DOUBLE PRECISION);
CREATE INDEX comment_episode ON comment ("episodeId", at);
CREATE INDEX comment_run ON comment ("runId", at);
`;

const CAMPAIGNS = `
CREATE TABLE campaign (id TEXT PRIMARY KEY, "runId" TEXT NOT NULL, terms TEXT NOT NULL, "textHash" TEXT NOT NULL,
  version BIGINT NOT NULL, state TEXT NOT NULL, "endedWhy" TEXT, "createdBy" TEXT NOT NULL, "createdAt" DOUBLE PRECISION NOT NULL,
  "startedAt" DOUBLE PRECISION, "endedAt" DOUBLE PRECISION);
CREATE INDEX campaign_run ON campaign ("runId", "createdAt");
ALTER TABLE query ADD COLUMN "campaignId" TEXT;
CREATE INDEX query_campaign ON query ("campaignId") WHERE "campaignId" IS NOT NULL;
`;

const RETENTION = `
CREATE TABLE retention (name TEXT PRIMARY KEY, days BIGINT, "heldSince" DOUBLE PRECISION, "heldBy" TEXT, "heldWhy" TEXT);
CREATE TABLE sweep (id TEXT PRIMARY KEY, at DOUBLE PRECISION NOT NULL, actor TEXT NOT NULL, removed TEXT NOT NULL, held BIGINT NOT NULL);
`;

const AUTOMATION = `
CREATE TABLE look (id TEXT PRIMARY KEY, "runId" TEXT NOT NULL, at DOUBLE PRECISION NOT NULL, "heldOut" BIGINT NOT NULL,
  target DOUBLE PRECISION NOT NULL, "rewardVersion" BIGINT NOT NULL, certificate TEXT, "withdrawnAt" DOUBLE PRECISION, "withdrawnWhy" TEXT);
CREATE INDEX look_run ON look ("runId", at);
CREATE TABLE automatic ("queryId" TEXT PRIMARY KEY, "runId" TEXT NOT NULL, "lookId" TEXT NOT NULL, choice TEXT NOT NULL,
  confidence DOUBLE PRECISION NOT NULL, "isAudit" BIGINT NOT NULL, at DOUBLE PRECISION NOT NULL);
CREATE INDEX automatic_run ON automatic ("runId", at);
CREATE INDEX automatic_look ON automatic ("lookId", "isAudit");
`;

const DATASETS = `
CREATE TABLE dataset (id TEXT PRIMARY KEY, "runId" TEXT NOT NULL, "campaignId" TEXT NOT NULL, version BIGINT NOT NULL, sheet TEXT NOT NULL,
  feedback TEXT NOT NULL, "madeBy" TEXT NOT NULL, "madeAt" DOUBLE PRECISION NOT NULL, UNIQUE ("campaignId", version));
CREATE INDEX dataset_run ON dataset ("runId", "madeAt");
`;

const IDENTITIES = `
ALTER TABLE account ADD COLUMN identity TEXT;
ALTER TABLE account ADD COLUMN rule TEXT;
CREATE UNIQUE INDEX account_identity ON account (identity) WHERE identity IS NOT NULL;
`;

const ASKS = `
CREATE TABLE ask (id TEXT PRIMARY KEY, "runId" TEXT NOT NULL, "episodeId" TEXT NOT NULL, step BIGINT NOT NULL, kind TEXT NOT NULL,
  fallback TEXT NOT NULL, conditions TEXT NOT NULL, at DOUBLE PRECISION NOT NULL, outcome TEXT, "endedAt" DOUBLE PRECISION);
CREATE INDEX ask_episode ON ask ("episodeId", step);
CREATE INDEX ask_run ON ask ("runId", at);
`;

const OBJECTS = `
CREATE TABLE object (key TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, since DOUBLE PRECISION NOT NULL);
CREATE UNIQUE INDEX object_name ON object (name) WHERE state = 'kept';
CREATE INDEX object_left ON object (state) WHERE state <> 'kept';
CREATE TABLE store (single BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (single), id TEXT NOT NULL, address TEXT NOT NULL);
`;

/** Statement n brings a database from version n to the next; only ever appended to. */
export const MIGRATIONS: readonly string[] = [
  CREATE,
  QUALITY,
  CONSENTS,
  DELIVERIES,
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
  OBJECTS,
];

/** Those that only this engine has. */
export interface OwnTables {
  /** Episodes and checkpoints, in parts so that none is ever whole in a message. */
  readonly file: { name: string; part: number; bytes: Buffer };
  /**
   * Episodes and checkpoints in an object store: `kept` has the name; `writing` may be there or not, or only half of it;
   * `gone` is to be removed. `since`: ms since epoch, when it came to be so.
   */
  readonly object: { key: string; name: string; state: 'writing' | 'kept' | 'gone'; since: number };
  /** The store of this database, once it has one. */
  readonly store: { single: Generated<boolean>; id: string; address: string };
  /** Which claim on a run is the newest. */
  readonly claim: { runId: string; epoch: number };
}
