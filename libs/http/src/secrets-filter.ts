import { Logger } from '@nestjs/common';

/**
 * Names that never leave in an answer, whatever a query selected (SEC-08). Tokens that a login hands out on purpose
 * (access_token, refresh_token) and secrets shown once (secret) are not among them; their stored forms are.
 */
const names = [
  'password',
  'password_hash',
  'pin_hash',
  'token_hash',
  'refresh_token_hash',
  'code_hash',
  'secret_hash',
  'key_hash',
  'encrypted_secret',
  'secret_encrypted',
  'totp_secret',
  'private_key',
  'signing_key',
  'data_key',
  'card_number',
  'cvc',
  'cvv',
];

const spellings = [
  ...new Set(names.flatMap((name) => [name, name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())])),
];
const forbidden: ReadonlySet<string> = new Set(spellings);
/** In JSON text a key is `"name":`; inside a string value the quotes would be escaped, so this finds keys only. */
const asKey = new RegExp(`"(?:${spellings.join('|')})"\\s*:`);

const logger = new Logger('Http');

/**
 * Takes secret fields out of a JSON answer. One scan of the text when there is none, as there never should be;
 * finding one is a bug and is logged as such.
 */
export function withoutSecrets(json: string, route: string): string {
  if (!asKey.test(json)) return json;
  const found = new Set<string>();
  const clean = JSON.stringify(
    JSON.parse(json, (key: string, value: unknown) => {
      if (!forbidden.has(key)) return value;
      found.add(key);
      return undefined;
    }),
  );
  logger.error({ route, fields: [...found] }, 'An answer held secret fields; they were removed');
  return clean;
}
