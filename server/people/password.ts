/** Passwords as scrypt hashes (RFC 7914), each with its own salt and cost. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

const LENGTH = 32;
/** About a tenth of a second and 32 MiB a try. */
const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 };

/** Of a password that nobody has: a name that is unknown takes as long as one that is known. */
const NOBODY = `scrypt$${COST.N}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

export const PASSWORD_LENGTH = { least: 10, most: 200 } as const;

/** @throws RangeError for a password that is too short to keep anybody out. */
export async function hashPassword(password: string): Promise<string> {
  const { least, most } = PASSWORD_LENGTH;
  if (password.length < least || password.length > most)
    throw new RangeError(
      `password: has ${password.length} characters, allowed ${least} to ${most}`,
    );
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST);
  return `scrypt$${COST.N}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** @param stored as `hashPassword` made it; undefined: there is no such person, which takes as long */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, cost, salt, key] = (stored ?? NOBODY).split('$') as [string, string, string, string];
  const options = { ...COST, N: Number(cost) };
  const shown = await derive(
    password.slice(0, PASSWORD_LENGTH.most),
    Buffer.from(salt, 'base64url'),
    options,
  );
  return timingSafeEqual(shown, Buffer.from(key, 'base64url')) && stored !== undefined;
}

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The same letters, however a keyboard composes them.
    scrypt(password.normalize('NFKC'), salt, LENGTH, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
