/**
 * What people with an account are here. What each may do is `server/people/roles.ts`.
 *
 * - `operator` drives, rewards and answers;
 * - `annotator` answers and comments, and does not drive;
 * - `supervisor` may do everything, and alone lets people in;
 * - `auditor` reads everything and changes nothing;
 * - `service` is a program that reads data for others.
 */
export const ROLES = ['operator', 'annotator', 'supervisor', 'auditor', 'service'] as const;
export type Role = (typeof ROLES)[number];
