/** The two forms that work without the page: signing in, and making an account with an invitation. */
import { PASSWORD_LENGTH } from '../people/password.ts';

const asText = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

function form(title: string, fields: string, button: string, problem: string | undefined): string {
  const told = problem ? `<p role="alert" style="color:#ffa8a8">${asText(problem)}</p>` : '';
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Reins · ${title}</title>
<body style="font:16px system-ui;max-width:22rem;margin:18vh auto;padding:0 1rem;background:#101418;color:#e6e9ec">
<h1 style="font-size:1.4rem">${title}</h1>${told}
<form method="post" style="display:grid;gap:.8rem">${fields}
<button style="font:inherit;padding:.6rem;border:0;border-radius:.4rem;background:#1971c2;color:#fff">${button}</button>
</form></body></html>`;
}

function field(label: string, attributes: string): string {
  const style = 'font:inherit;padding:.5rem;width:100%;box-sizing:border-box';
  return `<label>${label}<input style="${style}" required ${attributes}></label>`;
}

export function signInPage(problem?: string): string {
  const fields =
    field('Name', 'name="name" autocomplete="username" autofocus') +
    field('Password', 'name="password" type="password" autocomplete="current-password"');
  return form('Sign in', fields, 'Sign in', problem);
}

export function invitePage(code: string, role: string, problem?: string): string {
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
  return form(`You are invited as ${asText(role)}`, fields, 'Make my account', problem);
}
