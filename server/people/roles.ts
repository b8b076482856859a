/**
 * Who may do what: every route and every message, by role. What is not listed nobody may. Where there are no
 * accounts, the one person who uses the server is its owner and may do everything.
 */
import { type ClientMessage, ROLES, type Role } from '../protocol/index.ts';

export type Authority = Role | 'owner';

export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);

const ALL = ROLES;
const PEOPLE = ['operator', 'annotator', 'supervisor', 'auditor'] as const;
const ANSWER = ['operator', 'annotator', 'supervisor'] as const;
const DRIVE = ['operator', 'supervisor'] as const;
const READ = ['supervisor', 'auditor', 'service'] as const;
const OVERSEE = ['supervisor', 'auditor'] as const;
const SUPERVISE = ['supervisor'] as const;
/** Before anybody is signed in, too. */
export const ANYBODY = 'anybody';

/** Routes as `METHOD path`, messages as `message type`, with what tells apart what they may do. */
export const PERMISSIONS = {
  'GET /sign-in': ANYBODY,
  'POST /sign-in': ANYBODY,
  'GET /invite': ANYBODY,
  'POST /invite': ANYBODY,
  'GET /oidc': ANYBODY,
  'GET /oidc-callback': ANYBODY,
  'POST /sign-out': ALL,
  'GET /*': ALL,
  'GET /': ALL,
  'GET /api/me': ALL,
  'GET /api/me/identity': PEOPLE,
  'POST /api/me/identity': PEOPLE,
  'POST /api/me/identity/unlink': PEOPLE,
  'GET /api/health': ALL,
  'GET /api/memory': ALL,
  'GET /api/admission': ALL,
  'GET /api/openapi.json': ALL,
  'GET /api/docs': ALL,
  'GET /api/runs': ALL,
  'GET /runs/:id': ALL,
  'GET /runs/:id/*': ALL,
  'GET /api/open-runs': ALL,
  'POST /api/open-runs': SUPERVISE,
  'POST /api/open-runs/:id': SUPERVISE,
  'POST /api/open-runs/:id/stop': SUPERVISE,
  'GET /api/runs/:id/metrics': ALL,
  'GET /api/runs/:id/files/:file': READ,
  'POST /api/runs/:id': SUPERVISE,
  'GET /api/forms': ALL,
  'GET /api/trainings': ALL,
  'POST /api/trainings': SUPERVISE,
  'POST /api/trainings/:name/stop': SUPERVISE,
  'POST /api/trainings/:name/resume': SUPERVISE,
  'POST /api/trainings/:name/branch': SUPERVISE,
  'GET /api/episodes': ALL,
  'GET /api/episodes/:id': ALL,
  'GET /api/episodes/:id/steps': ALL,
  'GET /api/episodes/:id/overlays': ALL,
  'GET /api/episodes/:id/recording': ALL,
  'GET /api/episodes/:id/control': READ,
  'GET /api/episodes/:id/asks': READ,
  'GET /api/episodes/:id/marks': ALL,
  'GET /api/episodes/:id/comments': ALL,
  'POST /api/episodes/:id/comments': ANSWER,
  'POST /api/comments/:id': ANSWER,
  'GET /api/practice': ALL,
  'GET /api/behaviour': ALL,
  'GET /api/teaching': ALL,
  'GET /api/queue': READ,
  'GET /api/feedback': READ,
  'GET /api/quality': READ,
  'GET /api/consensus': READ,
  'GET /api/events': READ,
  'GET /api/automation': READ,
  'GET /api/automation/answers': READ,
  'GET /api/kpis': READ,
  'GET /api/kpis.csv': READ,
  'GET /metrics': READ,
  'GET /api/gold': OVERSEE,
  'POST /api/gold': SUPERVISE,
  'POST /api/gold/:id/retire': SUPERVISE,
  'POST /api/people/:id/pause': SUPERVISE,
  'POST /api/people/:id/resume': SUPERVISE,
  'GET /api/lineage': READ,
  'GET /api/lineage/versions/:version': READ,
  'GET /api/lineage/feedback/:id': READ,
  'GET /api/erasures': OVERSEE,
  'POST /api/people/:id/erase': SUPERVISE,
  'POST /api/erasures/:id': SUPERVISE,
  'GET /api/retention': OVERSEE,
  'POST /api/retention/:name': SUPERVISE,
  'GET /api/models': OVERSEE,
  'POST /api/models': SUPERVISE,
  'POST /api/models/:id': SUPERVISE,
  'GET /api/campaigns': OVERSEE,
  'POST /api/campaigns': SUPERVISE,
  'POST /api/campaigns/:id': SUPERVISE,
  'POST /api/campaigns/:id/terms': SUPERVISE,
  'GET /api/datasets': READ,
  'GET /api/datasets/:id/answers': READ,
  'POST /api/datasets': SUPERVISE,
  'GET /api/me/answers': ANSWER,
  'GET /api/review': OVERSEE,
  'POST /api/review/:id': SUPERVISE,
  'GET /api/audit': OVERSEE,
  'GET /api/webhooks': OVERSEE,
  'GET /api/accounts': OVERSEE,
  'POST /api/accounts': SUPERVISE,
  'POST /api/accounts/:id': SUPERVISE,
  'POST /api/invites': SUPERVISE,
  'message hello': ALL,
  'message ping': ALL,
  'message agree': ALL,
  'message look': ALL,
  'message request-clip': PEOPLE,
  'message request-history': ALL,
  'message ask-queries': ANSWER,
  'message show-query': ANSWER,
  'message pass-query': ANSWER,
  'message open-instructions': ANSWER,
  'message input': DRIVE,
  'message control.play': DRIVE,
  'message control.pause': DRIVE,
  'message control.step': DRIVE,
  'message control.reset': DRIVE,
  'message control.speed': DRIVE,
  'message control.rewind': DRIVE,
  'message control.record': DRIVE,
  'message control.end-recording': DRIVE,
  'message control.release-to': DRIVE,
  'message control.share': DRIVE,
  'message control.fade': DRIVE,
  'message control.oversight': DRIVE,
  'message control.answer': DRIVE,
  'message control.overlays': PEOPLE,
  // Whoever sees that something goes wrong may stop it.
  'message control.estop': ALL,
  'message feedback.reward': ANSWER,
  'message feedback.preference': ANSWER,
  'message feedback.ranking': ANSWER,
  'message feedback.rating': ANSWER,
  'message feedback.critique': ANSWER,
  'message feedback.correction': ANSWER,
  'message feedback.demonstration': DRIVE,
  'message feedback.override': DRIVE,
  'message feedback.approval': DRIVE,
  'message feedback.estop': DRIVE,
  'message feedback.retraction': ANSWER,
} as const satisfies Record<string, readonly Role[] | typeof ANYBODY>;

export type Permission = keyof typeof PERMISSIONS;

export const isListed = (what: string): what is Permission => Object.hasOwn(PERMISSIONS, what);

/** @param role undefined: nobody is signed in */
export function may(role: Authority | undefined, what: string): boolean {
  if (role === 'owner') return true;
  if (!isListed(what)) return false;
  const allowed = PERMISSIONS[what];
  if (allowed === ANYBODY) return true;
  return role !== undefined && (allowed as readonly Role[]).includes(role);
}

/** How the table names a message. */
export function permissionOf(message: ClientMessage): string {
  switch (message.type) {
    case 'control':
      return `message control.${message.action}`;
    case 'feedback':
      return `message feedback.${message.feedback.kind}`;
    default:
      return `message ${message.type}`;
  }
}
