import { generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Person {
  name: string;
  email: string;
  password: string;
  role: string;
}

/** Made once per checkout and never in the repository: even a local run has no default secret. */
export interface Secrets {
  /** Two ES256 keys: the one that signs, and the one that will, already published. */
  jwtKeys: JsonWebKey[];
  /** Seals links on their way from auth to the mail. 32 bytes, base64url. */
  mailSealKey: string;
  /** Encrypts what services keep encrypted. 32 bytes, base64url. */
  dataKey: string;
  processorApiKey: string;
  processorWebhookSecret: string;
  paypalClientSecret: string;
  payoutApiKey: string;
  payoutWebhookKey: string;
  /** Seals the accounts that members are paid on. 32 bytes, base64url. */
  payoutDataKey: string;
  people: Person[];
}

/** Who can log in to the demonstration, with the roles of the permission catalogue. */
const people: [name: string, role: string][] = [
  ['ops', 'platform_admin'],
  ['marketing', 'ops_marketing'],
  ['finance', 'finance_ops'],
  ['auditor', 'auditor'],
  ['agent', 'support_agent'],
  ['merchant', 'merchant_admin'],
  ['ada', 'customer'],
  ['ben', 'customer'],
];

function signingKey(): JsonWebKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: randomBytes(8).toString('hex') };
}

function create(): Secrets {
  return {
    jwtKeys: [signingKey(), signingKey()],
    mailSealKey: randomBytes(32).toString('base64url'),
    dataKey: randomBytes(32).toString('base64url'),
    processorApiKey: `sk_local_${randomBytes(18).toString('base64url')}`,
    processorWebhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
    paypalClientSecret: randomBytes(24).toString('base64url'),
    payoutApiKey: `payout_local_${randomBytes(18).toString('base64url')}`,
    payoutWebhookKey: randomBytes(24).toString('base64url'),
    payoutDataKey: randomBytes(32).toString('base64url'),
    people: people.map(([name, role]) => ({
      name,
      role,
      email: `${name}@demo.test`,
      password: `${name}-${randomBytes(9).toString('base64url')}`,
    })),
  };
}

/** The secrets of this folder; new ones the first time, and for what an older run did not have. Readable to their owner only. */
export function secretsOf(dir: string): Secrets {
  const file = join(dir, 'secrets.json');
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>) : {};
  const secrets = { ...create(), ...known };
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  chmodSync(file, 0o600);
  return secrets;
}
