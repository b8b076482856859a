/** What a person may do on a connection: by their role, by the study, and by whether anything is kept. */
import type { Consents } from '../people/consents.ts';
import type { Person } from '../people/people.ts';
import { may } from '../people/roles.ts';
import type { ServerMessage } from '../protocol/index.ts';
import { Refusal } from './refusal.ts';

export interface Permitted {
  readonly person: Person;
  readonly consents?: Consents | undefined;
  readonly welcome: Pick<Extract<ServerMessage, { type: 'welcome' }>, 'policy'>;
}

/** Messages that leave something which would be lost where nothing is kept. */
const leavesSomething = (what: string) =>
  what === 'message input' ||
  what === 'message control.record' ||
  what.startsWith('message feedback.');

/** @throws Refusal where the person's role does not allow it, or where people only look on. */
export function expectMay({ person, welcome }: Permitted, what: string, ref?: string): void {
  const { role } = person;
  if (!may(role, what))
    throw new Refusal('not-allowed', `${what} is not open to the role ${role}`, ref);
  if (welcome.policy?.isWatched && leavesSomething(what))
    throw new Refusal(
      'not-allowed',
      `${what}: reins watch keeps nothing, so nobody drives or gives feedback; reins serve --policy FILE records both`,
      ref,
    );
}

/** @throws Refusal where the study has a text that the person has not agreed to. */
export function expectAgreed({ consents }: Permitted, teacherId: string, ref?: string): void {
  if (consents && !consents.isOpenTo(teacherId))
    throw new Refusal('consent-needed', 'read the text of the study and agree to it first', ref);
}
