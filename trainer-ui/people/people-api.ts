/** Reading how people answer, and deciding about them. */
import type {
  AutomationReply,
  LineageSummary,
  RetentionReply,
  ReviewShow,
  ReviewVerdict,
} from '../../server/protocol/index.ts';
import { newId } from '../core/client.ts';
import { get, post } from '../core/http.ts';
import { type KpiReport, kpiQuery } from './kpi-report.ts';
import type { ConsensusMethod, ConsensusReport, QualityReport, QueueReply } from './report.ts';
import type { ReviewCase } from './review-report.ts';

export async function readQuality(): Promise<QualityReport> {
  return (await get('api/quality')).json() as Promise<QualityReport>;
}

export async function readConsensus(method: ConsensusMethod): Promise<ConsensusReport> {
  return (await get('api/consensus', { method })).json() as Promise<ConsensusReport>;
}

export async function readQueue(): Promise<QueueReply> {
  return (await get('api/queue')).json() as Promise<QueueReply>;
}

/** @param rate price of an hour; empty: costs are time */
export async function readKpis(rate: string): Promise<KpiReport> {
  return (await get('api/kpis', kpiQuery(rate))).json() as Promise<KpiReport>;
}

export async function readLineage(): Promise<LineageSummary> {
  return (await get('api/lineage?limit=0')).json() as Promise<LineageSummary>;
}

export async function readAutomation(): Promise<AutomationReply> {
  return (await get('api/automation')).json() as Promise<AutomationReply>;
}

export async function readRetention(): Promise<RetentionReply> {
  return (await get('api/retention')).json() as Promise<RetentionReply>;
}

export async function readReview(show: ReviewShow): Promise<ReviewCase[]> {
  return (await get('api/review', { show })).json() as Promise<ReviewCase[]>;
}

export async function decideAnswer(
  feedbackId: string,
  what: { verdict: ReviewVerdict; choice?: 'a' | 'b' | 'equal'; reason?: string },
): Promise<void> {
  const body = { id: newId(), reason: '', ...what };
  await post(`api/review/${encodeURIComponent(feedbackId)}`, body);
}

/** From now on others are asked it as a question whose answer is known. */
export async function agreeOnGold(queryId: string): Promise<void> {
  await post('api/gold', { queryId });
}

/** @returns how many answers count no more, or again */
export async function decide(
  teacherId: string,
  what: 'pause' | 'resume',
  reason: string,
): Promise<number> {
  const reply = await post(`api/people/${encodeURIComponent(teacherId)}/${what}`, { reason });
  return ((await reply.json()) as { answers: number }).answers;
}
