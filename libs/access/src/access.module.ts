import { type DynamicModule, type FactoryProvider, Global, Module, type ModuleMetadata } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { assert } from '@florin/kernel';
import { AccessGuard, CallerChecks } from './access-guard';
import { accessConfig, type AccessConfig } from './config';
import { KeyRing, type KeySource, keysFrom } from './key-ring';
import { RevokedSessions } from './revoked-sessions';
import { TokenStrategy } from './token-strategy';
import { VerifiedTokens } from './verified-tokens';

/** Injection token of the key source: tests override it, auth hands in its own keys. */
export const KEY_SOURCE = Symbol('KEY_SOURCE');

export interface AccessOptions extends Partial<AccessConfig> {
  imports?: ModuleMetadata['imports'];
  /** Public keys from inside the process instead of JWKS_URL: the auth service, and tests. */
  keys?: Pick<FactoryProvider<KeySource>, 'useFactory' | 'inject'>;
}

/** Guards every route of the application. Reads JWKS_URL, JWT_ISSUER and JWT_AUDIENCE unless the options say them. */
@Global()
@Module({})
export class AccessModule {
  static forService(options: AccessOptions = {}): DynamicModule {
    const config = (): AccessConfig => {
      const { issuer, audience, jwksUrl } = options;
      return issuer && audience && (jwksUrl || options.keys)
        ? { issuer, audience, jwksUrl }
        : accessConfig(!options.keys);
    };
    const keySource = (): KeySource => {
      const { jwksUrl } = config();
      assert(jwksUrl, 'no key set URL');
      return keysFrom(jwksUrl);
    };
    return {
      module: AccessModule,
      imports: options.imports ?? [],
      providers: [
        { provide: KEY_SOURCE, ...(options.keys ?? { useFactory: keySource }) },
        { provide: KeyRing, useFactory: (source: KeySource) => new KeyRing(source), inject: [KEY_SOURCE] },
        { provide: TokenStrategy, useFactory: (keys: KeyRing) => new TokenStrategy(keys, config()), inject: [KeyRing] },
        { provide: VerifiedTokens, useFactory: () => new VerifiedTokens() },
        { provide: RevokedSessions, useFactory: () => new RevokedSessions() },
        CallerChecks,
        {
          provide: APP_GUARD,
          useFactory: guard,
          inject: [TokenStrategy, VerifiedTokens, RevokedSessions, CallerChecks],
        },
      ],
      exports: [VerifiedTokens, RevokedSessions, CallerChecks, KEY_SOURCE],
    };
  }
}

function guard(
  strategy: TokenStrategy,
  tokens: VerifiedTokens,
  revoked: RevokedSessions,
  checks: CallerChecks,
): AccessGuard {
  return new AccessGuard(strategy, tokens, revoked, checks);
}
