/**
 * Who may say and hear what at the broker: one key (NKey) for all learners, one for all actors and one for all
 * gateways, each with the subjects that it needs and no other. An actor has no more of JetStream's API than to read what
 * a learner keeps: who may make consumers has the server send what is stored to any subject.
 */
import { nkeys } from '@nats-io/transport-node';
import { ALL_RUNS, subjectsOf } from './subjects.ts';

export const ROLES = ['learner', 'actor', 'gateway'] as const;
export type Role = (typeof ROLES)[number];

/** Where replies to a role arrive, which the others may not hear. */
export const inboxOf = (role: Role) => `_INBOX.reins.${role}`;

export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

const { learner, record, policy, weights, actors, credit, steps, door, gateways, up, down } =
  subjectsOf(ALL_RUNS);
const anyWeights = weights('*', '*', '*');
const anyPolicy = policy('*', '*', '*');
/** Part of a token cannot be a wildcard: it is any stream, by the subject in it. */
const readKept = (subject: string) => `$JS.API.DIRECT.GET.*.${subject}`;
const streams = ['CREATE', 'INFO', 'PURGE'].map((call) => `$JS.API.STREAM.${call}.*`);
const PERMISSIONS: Record<Role, Permissions> = {
  learner: {
    publish: [
      ...[learner, record, anyPolicy, anyWeights, credit('*'), '$JS.API.INFO', readKept(record)],
      ...[door, down('*', '*')],
      ...streams,
    ],
    subscribe: [
      `${inboxOf('learner')}.>`,
      learner,
      actors,
      steps('*', '*'),
      gateways,
      up('*', '*'),
    ],
  },
  actor: {
    publish: [...[actors, steps('*', '*'), '$JS.API.INFO', readKept(record), readKept(anyWeights)]],
    subscribe: [`${inboxOf('actor')}.>`, learner, anyPolicy, credit('*')],
  },
  gateway: {
    publish: [gateways, up('*', '*')],
    subscribe: [door, down('*', '*')],
  },
};

export const permissionsOf = (role: Role): Permissions => PERMISSIONS[role];

/** The seed of a new key (`SU…`), which its holder keeps to itself. */
export const createKey = (): string => new TextDecoder().decode(nkeys.createUser().getSeed());

/**
 * What the server knows a key by (`U…`).
 * @throws Error of the client for what is no seed
 */
export const publicKeyOf = (seed: string): string =>
  nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey();

/** The part of a configuration of nats-server that lets in who has one of these keys, and nobody else. */
export function accessConfiguration(publicKeys: Readonly<Record<Role, string>>): string {
  const users = ROLES.map((role) => {
    const { publish, subscribe } = permissionsOf(role);
    return `    # ${role}s
    {
      nkey: ${publicKeys[role]}
      permissions: {
        publish: { allow: ${listed(publish)} }
        subscribe: { allow: ${listed(subscribe)} }
      }
    }`;
  });
  return `authorization {\n  users: [\n${users.join('\n')}\n  ]\n}\n`;
}

const listed = (subjects: readonly string[]) =>
  `[\n${subjects.map((subject) => `          ${JSON.stringify(subject)}\n`).join('')}        ]`;
