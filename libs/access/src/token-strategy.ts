import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { newId, Refusal } from '@florin/kernel';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Caller } from './caller';
import type { AccessConfig } from './config';
import type { KeyRing } from './key-ring';

/** Clocks of two machines may differ by this much. */
export const leewaySeconds = 5;

/** A caller and when their token stops being good (milliseconds since the epoch, leeway included). */
export interface Verified {
  caller: Caller;
  expiresAt: number;
}

/** Checks access tokens (RFC 9068): ES256 only, typ at+jwt, known key, issuer, audience, times, and the claims we rely on. */
@Injectable()
export class TokenStrategy extends PassportStrategy(Strategy, 'florin-access-token') {
  /** What passport knows this instance by. Its registry is global, and several applications may run in one process. */
  readonly registeredAs = `florin-access-token:${newId()}`;

  constructor(keys: KeyRing, config: AccessConfig) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: ['ES256'],
      issuer: config.issuer,
      audience: config.audience,
      jsonWebTokenOptions: { clockTolerance: leewaySeconds },
      secretOrKeyProvider: (_request, token: string, done) => {
        keyFor(keys, token).then(
          (key) => done(null, key as unknown as string),
          (error: unknown) => done(error, undefined),
        );
      },
    });
    // By name and not as an instance: only strategies found by name are copied for each request.
    passport.use(this.registeredAs, this);
  }

  validate(claims: Record<string, unknown>): Verified {
    return verified(claims);
  }
}

async function keyFor(keys: KeyRing, token: string) {
  const header = headerOf(token);
  if (header['alg'] !== 'ES256' || !isAccessTokenType(header['typ']) || typeof header['kid'] !== 'string')
    throw invalidToken();
  const key = await keys.find(header['kid']);
  if (!key) throw invalidToken();
  return key;
}

function isAccessTokenType(type: unknown): boolean {
  return typeof type === 'string' && ['at+jwt', 'application/at+jwt'].includes(type.toLowerCase());
}

function headerOf(token: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString('utf8'));
    if (header !== null && typeof header === 'object') return header as Record<string, unknown>;
  } catch (error) {
    throw invalidToken(error);
  }
  throw invalidToken();
}

/** The 401 of every token that is not accepted. It never says which check failed; the cause is for the log. */
export function invalidToken(cause?: unknown): Refusal {
  const refusal = new Refusal('unauthenticated', 'token_invalid', 'The access token is not valid here.');
  refusal.cause = cause;
  return refusal;
}

function verified(claims: Record<string, unknown>): Verified {
  const { sub, exp, roles, merchants, sid, acr, email, email_verified: emailVerified, client_id: clientId } = claims;
  if (typeof sub !== 'string' || sub === '' || typeof exp !== 'number') throw invalidToken();
  if (!isTexts(roles) || !(merchants === '*' || isTexts(merchants))) throw invalidToken();
  const caller = new Caller({
    subject: sub,
    kind: clientId === sub ? 'service' : 'user',
    roles,
    merchants,
    sessionId: optionalText(sid),
    assurance: optionalText(acr),
    email: optionalText(email),
    emailVerified: emailVerified === true,
  });
  return { caller, expiresAt: (exp + leewaySeconds) * 1_000 };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
