import { Refusal } from '@florin/kernel';
import { hash, verify } from '@node-rs/argon2';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { commonPasswords } from './common-passwords';

const shortest = 10;
const longest = 200;
/** zxcvbn's scale is 0 to 4; 2 withstands unthrottled online guessing. */
const weakestScore = 2;

/** argon2id with the parameters of the OWASP password storage cheat sheet: 19 MiB, 2 passes, 1 lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** What an unknown address is compared with, so that it takes as long as a known one. */
const nobody = hash('nobody has this password', cost);

const strength = new ZxcvbnFactory({ dictionary: { passwords: commonPasswords } });

/** Refuses a weak password with every reason, each as an error of the field. `personal` are words that must not make it strong. */
export function requireStrongPassword(password: string, personal: readonly string[]): void {
  const reasons: string[] = [];
  if (password.length < shortest) reasons.push(`It needs at least ${shortest} characters.`);
  if (password.length > longest) reasons.push(`It may have at most ${longest} characters.`);
  if (reasons.length === 0) {
    const { score, feedback } = strength.check(password, [...personal]);
    if (score < weakestScore) reasons.push(feedback.warning ?? 'It is too easy to guess.');
  }
  if (reasons.length === 0) return;
  throw new Refusal('unprocessable', 'password_too_weak', 'Choose a stronger password.', {
    errors: reasons.map((message) => ({ field: 'password', code: 'password_too_weak', message })),
  });
}

export function hashPassword(password: string): Promise<string> {
  return hash(password, cost);
}

/** Whether the password is that of the hash; without a hash it takes as long and is always wrong. */
export async function passwordMatches(password: string, passwordHash: string | undefined): Promise<boolean> {
  const matches = await verify(passwordHash ?? (await nobody), password);
  return matches && passwordHash !== undefined;
}
