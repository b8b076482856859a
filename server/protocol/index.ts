export type { MetricName } from '../../agent/metrics.ts';
export * from './alerts.ts';
export * from './ask.ts';
export * from './automation-words.ts';
export * from './campaign.ts';
export * from './campaign-words.ts';
export * from './control.ts';
export * from './dataset.ts';
export * from './environment.ts';
export * from './errors.ts';
export * from './example-clips.ts';
export * from './feedback.ts';
export * from './frames.ts';
export * from './input.ts';
export * from './messages.ts';
export * from './promotion-words.ts';
export type * from './query.ts';
export * from './rays.ts';
export * from './recorded-session.ts';
export * from './replies.ts';
export * from './retention-words.ts';
export * from './roles.ts';
export * from './scene.ts';
export * from './study.ts';
export * from './takeover.ts';
export * from './version.ts';

/** Numbers per body in a pose array: x, y, z, qw, qx, qy, qz; an all-zero quaternion hides the body. */
export const POSE_SIZE = 7;
