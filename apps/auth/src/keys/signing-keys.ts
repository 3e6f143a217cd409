import { Injectable } from '@nestjs/common';
import { type CryptoKey, exportJWK, importJWK, type JWK, SignJWT } from 'jose';
import { AuthConfig } from '../config';

export interface AccessClaims {
  sub: string;
  roles: readonly string[];
  merchants: readonly string[] | '*';
  sid: string;
  email: string;
  email_verified: boolean;
}

interface Key {
  kid: string;
  key: CryptoKey;
  published: JWK;
}

/** The keys that access tokens are signed with (RFC 9068): the first of the configuration signs, all are published. */
@Injectable()
export class SigningKeys {
  private loaded: Promise<Key[]> | undefined;

  constructor(private readonly config: AuthConfig) {}

  /** The public halves, as a JWK set (RFC 7517). */
  async published(): Promise<{ keys: JWK[] }> {
    return { keys: (await this.all()).map((key) => key.published) };
  }

  /** Signs an access token of the configured life; `jti` makes it one of its kind. */
  async sign(claims: AccessClaims, jti: string, issuedAt: Date): Promise<string> {
    const [current] = await this.all();
    if (!current) throw new Error('JWT_PRIVATE_KEYS holds no key');
    const seconds = Math.floor(issuedAt.getTime() / 1_000);
    return new SignJWT({ ...claims, acr: '1', client_id: 'florin' })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: current.kid })
      .setIssuer(this.config.JWT_ISSUER)
      .setAudience(this.config.JWT_AUDIENCE)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + this.config.ACCESS_TOKEN_SECONDS)
      .setJti(jti)
      .sign(current.key);
  }

  private all(): Promise<Key[]> {
    return (this.loaded ??= Promise.all((JSON.parse(this.config.JWT_PRIVATE_KEYS) as JWK[]).map(load)));
  }
}

async function load(jwk: JWK): Promise<Key> {
  if (typeof jwk.kid !== 'string' || jwk.kty !== 'EC' || jwk.crv !== 'P-256' || jwk.d === undefined) {
    throw new Error('JWT_PRIVATE_KEYS must hold private P-256 keys with a kid');
  }
  const key = (await importJWK(jwk, 'ES256', { extractable: true })) as CryptoKey;
  const { kty, crv, x, y } = await exportJWK(key);
  return { kid: jwk.kid, key, published: { kty, crv, x, y, kid: jwk.kid, alg: 'ES256', use: 'sig' } };
}
