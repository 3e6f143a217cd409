import type { Tx } from '@florin/database';
import { type Clock, newId } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { createHash, randomBytes } from 'node:crypto';
import { AuthConfig } from '../config';
import { SigningKeys } from '../keys/signing-keys';
import type { User } from '../users/accounts';
import type { TokensDto } from './session.dto';
import { SessionsRepository } from './sessions.repository';

export const hashOfRefreshToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Gives a session its next pair of tokens. */
@Injectable()
export class IssueTokens {
  constructor(
    private readonly config: AuthConfig,
    private readonly signingKeys: SigningKeys,
    private readonly sessions: SessionsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** `predecessor` is the hash of the refresh token that is exchanged for the pair; none at a login. */
  async within(tx: Tx, user: User, sessionId: string, predecessor: string | null = null): Promise<TokensDto> {
    const refreshToken = randomBytes(32).toString('base64url');
    const expiresAt = new Date(this.clock.now().getTime() + this.config.REFRESH_TOKEN_SECONDS * 1_000);
    const tokenHash = hashOfRefreshToken(refreshToken);
    await this.sessions.addToken(tx, { tokenHash, predecessor, userId: user.id, sessionId, expiresAt });
    const accessToken = await this.signingKeys.sign(
      {
        sub: user.id,
        roles: user.roles,
        merchants: user.allMerchants ? '*' : user.merchants,
        sid: sessionId,
        email: user.email,
        email_verified: user.emailVerifiedAt !== null,
      },
      newId(),
      // By the wall clock: whoever checks the token does not know of a clock that was moved in a local run.
      new Date(),
    );
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: this.config.ACCESS_TOKEN_SECONDS,
      refresh_token: refreshToken,
    };
  }
}
