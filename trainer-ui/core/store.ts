/** What React draws from. Anything faster than a person can read stays out of here. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  AlertMessage,
  EpisodeSummary,
  ErrorCode,
  MetricsPoint,
  ServerMessage,
  WireCampaign,
  WireQuery,
} from '../../server/protocol/index.ts';
import type { PadAccess } from './gamepads.ts';
import type { Moment } from './moment.ts';
import type { TiltState } from './tilt.ts';

export type Welcome = Extract<ServerMessage, { type: 'welcome' }>;
export type Status = Extract<ServerMessage, { type: 'status' }>;
export type Standing = Extract<ServerMessage, { type: 'standing' }>;
export type OverrideReport = Extract<ServerMessage, { type: 'override' }>;
export type Tab = 'live' | 'compare' | 'episodes' | 'learning' | 'runs' | 'people';

/** An answer of this page that can be taken back. */
export interface Answered {
  readonly feedbackId: string;
  readonly query: WireQuery;
  /** In words, for the list of answers. */
  readonly said: string;
  /** ms since epoch. */
  readonly at: number;
}

export interface AppState {
  connection: 'connecting' | 'open' | 'lost' | 'refused';
  /** Why the connection was refused, and what helps. */
  refusal: string | undefined;
  /** It was refused because nobody is signed in here. */
  asksToSignIn: boolean;
  /** ms since epoch of the next attempt, while lost. */
  retryAt: number;
  roundTripMs: number | undefined;
  tab: Tab;
  welcome: Welcome | undefined;
  /** The live simulation in focus: what is seen whole, and what keys drive; from 0. */
  live: number;
  /** Of the one in focus. */
  status: Status | undefined;
  /** Of all live simulations, by their numbers. */
  statuses: readonly (Status | undefined)[];
  /** Numbers of the live simulations as the wall shows them. */
  wallOrder: readonly number[];
  /** Whether the person in control is at this page. */
  driving: boolean;
  /** The person at this page keeps control without a hand on it, until they hand it back. */
  latched: boolean;
  /** Controls are held, but no longer listened to: this page had stood still. */
  mustLetGo: boolean;
  camera: string;
  /** Ids of the cameras of the scene on screen. */
  cameras: readonly string[];
  /** Contacts, joints and forces are shown, or the rays of a lidar. */
  forces: boolean;
  /** Reward can be given by a slider. */
  rewardSlider: boolean;
  /** Where a recording is to begin is being chosen. */
  choosesStart: boolean;
  /** Of this person, where answers are watched. */
  standing: Standing | undefined;
  /** That this person is asked in; undefined: none. */
  campaign: WireCampaign | undefined;
  queries: readonly WireQuery[];
  /** The query on screen: it stays until it is answered, whatever the server withdraws. */
  shownQuery: string | undefined;
  /** Answers of this page to queries, oldest first, without those taken back. */
  answered: readonly Answered[];
  /** The query of an answer that was taken back: it is asked before all others. */
  again: WireQuery | undefined;
  /** What is looked at under Episodes, and where a link leads. */
  moment: Moment | undefined;
  /** The step of the guided tour; undefined: it is not on. */
  tour: number | undefined;
  /** What the tour says about the last practice question. */
  practice: string | undefined;
  /** The note on the environment's goal is open: nobody of this browser has answered or closed it yet. */
  goalNote: boolean;
  /** Whether this person is reminded of a rest, and not before when (ms since epoch). */
  rest: { readonly isOn: boolean; readonly notBefore: number };
  /** Answers of this page: sent, on disk, in a policy. */
  sent: number;
  acknowledged: number;
  applied: { policyVersion: number; latencyMs: number; count: number } | undefined;
  /**
   * Answers not yet acknowledged: to this run, to others, of other people; whether they survive a reload, and whether
   * the browser keeps any at all.
   */
  answers: {
    readonly waiting: number;
    readonly others: number;
    readonly ofOthers: number;
    readonly isKept: boolean;
    readonly isWithheld: boolean;
  };
  alerts: readonly AlertMessage[];
  metrics: readonly MetricsPoint[];
  episodes: readonly EpisodeSummary[];
  lastOverride: OverrideReport | undefined;
  /** Net of the live rewards given lately, for the flash. */
  lastReward: { value: number; at: number } | undefined;
  gamepad: { readonly id: string; readonly isMapped: boolean } | undefined;
  /** The controls are looked at and set: the gamepad does not drive meanwhile. */
  controlsOpen: boolean;
  /** Whether the browser lets this page see gamepads, and why not. */
  gamepadAccess: PadAccess;
  /** Whether tilting this device steers, and why not. */
  tilt: TiltState;
}

export type AppStore = StoreApi<AppState>;

export function createAppStore(): AppStore {
  return createStore<AppState>(() => ({
    connection: 'connecting',
    refusal: undefined,
    asksToSignIn: false,
    retryAt: 0,
    roundTripMs: undefined,
    tab: 'live',
    welcome: undefined,
    live: 0,
    status: undefined,
    statuses: [undefined],
    wallOrder: [0],
    driving: false,
    latched: false,
    mustLetGo: false,
    camera: 'chase',
    cameras: [],
    forces: false,
    rewardSlider: false,
    choosesStart: false,
    standing: undefined,
    campaign: undefined,
    queries: [],
    shownQuery: undefined,
    answered: [],
    again: undefined,
    tour: undefined,
    practice: undefined,
    goalNote: false,
    rest: { isOn: true, notBefore: 0 },
    moment: undefined,
    sent: 0,
    acknowledged: 0,
    applied: undefined,
    answers: { waiting: 0, others: 0, ofOthers: 0, isKept: true, isWithheld: false },
    alerts: [],
    metrics: [],
    episodes: [],
    lastOverride: undefined,
    lastReward: undefined,
    gamepad: undefined,
    controlsOpen: false,
    gamepadAccess: 'pads',
    tilt: 'off',
  }));
}

const METRICS_KEPT = 1200;
const EPISODES_KEPT = 100;

/** The state after a message; messages that concern other parts leave it as it is. */
export function reduce(state: AppState, message: ServerMessage): Partial<AppState> {
  switch (message.type) {
    case 'welcome':
      return {
        welcome: message,
        ...livesOf(state, message),
        connection: 'open',
        refusal: undefined,
        asksToSignIn: false,
        // The same run again after a lost connection: the query on screen still belongs to it.
        queries: state.queries.filter(
          (q) => q.id === state.shownQuery && q.runId === message.runId,
        ),
        alerts: [],
        episodes: [],
        standing: undefined,
        campaign: undefined,
        mustLetGo: false, // a new connection has held nothing yet
      };
    case 'agreed':
      return { welcome: state.welcome && agreed(state.welcome, message.consent) };
    case 'status':
      return withStatus(state, message);
    case 'query':
      return { queries: withQuestion(state, message.query) };
    case 'query-expired':
      if (message.queryId === state.shownQuery) return {};
      return { queries: state.queries.filter((q) => q.id !== message.queryId) };
    case 'standing':
      // Whoever is paused answers nothing, not even what is on screen.
      return { standing: message, ...(message.state === 'paused' ? { queries: [] } : {}) };
    case 'campaign':
      return { campaign: message.campaign };
    case 'ack':
      return { acknowledged: state.acknowledged + (message.duplicate ? 0 : 1) };
    case 'applied':
      return {
        applied: {
          policyVersion: message.policyVersion,
          latencyMs: message.latencyMs,
          count: (state.applied?.count ?? 0) + message.feedbackIds.length,
        },
      };
    case 'metrics':
      return { metrics: mergeMetrics(state.metrics, message.points) };
    case 'episode':
      return { episodes: [message.episode, ...state.episodes].slice(0, EPISODES_KEPT) };
    case 'override':
      return { lastOverride: message };
    case 'alert': {
      const others = state.alerts.filter((a) => a.id !== message.id);
      return { alerts: message.severity === 'cleared' ? others : [...others, message] };
    }
    case 'error':
      return afterRefusal(message.code);
    case 'scene':
    case 'pong':
      return {};
  }
}

function afterRefusal(code: ErrorCode): Partial<AppState> {
  switch (code) {
    case 'let-go-first':
      return { driving: false, latched: false, mustLetGo: true };
    case 'control-taken':
      return { latched: false }; // not to take over by itself once the other lets go
    default:
      return {};
  }
}

function withStatus(state: AppState, status: Status): Partial<AppState> {
  const of = status.live ?? 0;
  const statuses = state.statuses.with(of, status);
  if (of !== state.live) return { statuses };
  // A stop or a rewind takes control from whoever has it, and so does the end of a recording.
  const isTaken = waits(status) && state.status !== undefined && !waits(state.status);
  const hasEnded = recordsHere(state) && !recordsHere({ ...state, status });
  return { statuses, status, ...(isTaken || hasEnded ? { latched: false } : {}) };
}

const waits = ({ state, controller }: Status): boolean =>
  state !== 'running' && controller !== 'human';

/** The live simulations of a server; the focus and their order stay where they can. */
function livesOf({ live, wallOrder }: AppState, { lives = 1 }: Welcome): Partial<AppState> {
  const isSame = wallOrder.length === lives;
  return {
    live: live < lives ? live : 0,
    statuses: Array.from({ length: lives }, () => undefined),
    wallOrder: isSame ? wallOrder : Array.from({ length: lives }, (_, i) => i),
  };
}

/** Whether what this person gives is taken: they have agreed to the text of the study, where it has one. */
export const takesPart = ({ welcome }: Pick<AppState, 'welcome'>): boolean =>
  welcome?.study?.consent?.isGiven !== false;

/** Whether what this page drives is recorded. */
export const recordsHere = ({ status, welcome }: Pick<AppState, 'status' | 'welcome'>): boolean =>
  typeof status?.recorderSession === 'string' && status.recorderSession === welcome?.sessionId;

/** Whether people neither drive nor give feedback here, since nothing is kept. */
export const looksOn = ({ welcome }: Pick<AppState, 'welcome'>): boolean =>
  welcome?.policy?.isWatched === true;

/** Whether people may take over: not where they only look on, nor out of the loop. */
export const mayDrive = (state: Pick<AppState, 'welcome' | 'status'>): boolean =>
  !looksOn(state) && (state.status?.oversight !== 'out' || recordsHere(state));

function agreed(welcome: Welcome, hash: string): Welcome {
  const { study } = welcome;
  if (study?.consent?.hash !== hash) return welcome;
  return { ...welcome, study: { ...study, consent: { ...study.consent, isGiven: true } } };
}

/** Urgent queries go before the others, except before the query on screen. */
function withQuestion(state: AppState, question: WireQuery): WireQuery[] {
  const { queries, shownQuery } = state;
  // Given once more: what counts is the new lease.
  if (queries.some((q) => q.id === question.id))
    return queries.map((q) => (q.id === question.id ? question : q));
  const before = queries.findIndex((q) => !q.urgent && q.id !== shownQuery);
  const at = question.urgent && before >= 0 ? before : queries.length;
  return [...queries.slice(0, at), question, ...queries.slice(at)];
}

/** By time, without doubles: history may arrive after live points. */
export function mergeMetrics(
  old: readonly MetricsPoint[],
  more: readonly MetricsPoint[],
): MetricsPoint[] {
  const byTime = new Map<number, MetricsPoint>();
  for (const point of old) byTime.set(point.time, point);
  for (const point of more) byTime.set(point.time, point);
  return [...byTime.values()].sort((a, b) => a.time - b.time).slice(-METRICS_KEPT);
}
