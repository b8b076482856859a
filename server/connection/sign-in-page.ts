/** The two forms that work without the page: signing in, and making an account with an invitation. */
import { PASSWORD_LENGTH } from '../people/password.ts';

const asText = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

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
  return page(
    title,
    `${problem ? alert(problem) : ''}${before}
<form method="post" action="${action}" style="display:grid;gap:.8rem">${fields}
<button style="font:inherit;padding:.6rem;border:0;border-radius:.4rem;background:#1971c2;color:#fff">${button}</button>
</form>`,
  );
}

const alert = (problem: string) => `<p role="alert" style="color:#ffa8a8">${asText(problem)}</p>`;

function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Reins · ${title}</title>
<body style="font:16px system-ui;max-width:22rem;margin:18vh auto;padding:0 1rem;background:#101418;color:#e6e9ec">
<h1 style="font-size:1.4rem">${title}</h1>${content}</body></html>`;
}

function field(label: string, attributes: string): string {
  const style = 'font:inherit;padding:.5rem;width:100%;box-sizing:border-box';
  return `<label>${label}<input style="${style}" required ${attributes}></label>`;
}

/** A link, since the page of the provider is elsewhere and forms may not lead there. */
function providerLink(provider: string | undefined, query: string): string {
  if (provider === undefined) return '';
  const style =
    'display:block;text-align:center;text-decoration:none;padding:.6rem;border:1px solid #4dabf7;border-radius:.4rem;color:#a5d8ff';
  return `<p><a style="${style}" href="oidc${query}">Continue with ${asText(provider)}</a></p>
<p style="text-align:center;color:#adb5bd">or by a password of Reins</p>`;
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
  return page(
    'Not linked',
    `${alert(problem)}<p><a style="color:#a5d8ff" href="${back}">Back to the page</a></p>`,
  );
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
