/** The two forms that work without the page: signing in, and making an account with an invitation. */
import { PASSWORD_LENGTH } from '../people/password.ts';
import { asText, plainPage } from './plain-page.ts';

interface Form {
  /** Where it is sent, from whatever page shows it. */
  readonly action: string;
  readonly title: string;
  readonly fields: string;
  readonly button: string;
  readonly problem?: string | undefined;
  /** Before the form. */
  readonly before?: string;
}

function form({ action, title, fields, button, problem, before = '' }: Form): string {
  return plainPage(
    title,
    `${problem ? alert(problem) : ''}${before}
<form method="post" action="${action}">${fields}
<button>${button}</button>
</form>`,
  );
}

const alert = (problem: string) => `<p role="alert">${asText(problem)}</p>`;

function field(label: string, attributes: string): string {
  return `<label>${label}<input required ${attributes}></label>`;
}

/** A link, since the page of the provider is elsewhere and forms may not lead there. */
function providerLink(provider: string | undefined, query: string): string {
  if (provider === undefined) return '';
  return `<p><a href="oidc${query}">Continue with ${asText(provider)}</a></p>
<p class="or">or by a password of Reins</p>`;
}

export interface SignInPage {
  readonly problem?: string | undefined;
  /** Host of the identity provider, if there is one. */
  readonly provider?: string | undefined;
  /** The run that they came for; absent: the first. */
  readonly run?: string | undefined;
  /** Nobody has an account. */
  readonly isFirst?: boolean;
}

export function signInPage({ problem, provider, run, isFirst = false }: SignInPage): string {
  const fields =
    field('Name', 'name="name" autocomplete="username" autofocus') +
    field('Password', 'name="password" type="password" autocomplete="current-password"');
  const hint = isFirst
    ? '<p>Nobody has an account yet. <code>reins people invite</code>, on the server, makes a link for the first.</p>'
    : '';
  const query = run === undefined ? '' : `?run=${run}`;
  const before = hint + providerLink(provider, query);
  const action = `sign-in${query}`;
  return form({ action, title: 'Sign in', fields, button: 'Sign in', problem, before });
}

/** Why an account was not linked to an identity. @param back where its page is */
export function notLinkedPage(problem: string, back: string): string {
  return plainPage('Not linked', `${alert(problem)}<p><a href="${back}">Back to the page</a></p>`);
}

export interface InvitePage extends Omit<SignInPage, 'isFirst'> {
  readonly code: string;
  readonly role: string;
}

export function invitePage({ code, role, problem, provider, run }: InvitePage): string {
  const { least, most } = PASSWORD_LENGTH;
  const fields =
    `<input type="hidden" name="code" value="${asText(code)}">` +
    field(
      'Your name, as others see it',
      'name="name" maxlength="40" autocomplete="username" autofocus',
    ) +
    field(
      `Password, ${least} characters or more`,
      `name="password" type="password" minlength="${least}" maxlength="${most}" autocomplete="new-password"`,
    );
  const title = `You are invited as ${asText(role)}`;
  const back = run === undefined ? '' : `&run=${run}`;
  const before = providerLink(provider, `?invite=${encodeURIComponent(code)}${back}`);
  return form({
    action: run === undefined ? 'invite' : `invite?run=${run}`,
    title,
    fields,
    button: 'Make my account',
    problem,
    before,
  });
}
