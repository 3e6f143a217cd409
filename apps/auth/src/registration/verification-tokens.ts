import { emailVerificationRequested } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { type Clock, dayMs } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { CompactEncrypt } from 'jose';
import { createHash, randomBytes } from 'node:crypto';
import { AuthConfig } from '../config';

const lifeMs = dayMs;

export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Tokens that prove an address: 32 random bytes, kept as a hash, good once and for a day. */
@Injectable()
export class VerificationTokens {
  constructor(
    private readonly config: AuthConfig,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Makes a new one and asks for the mail. The link travels sealed, so neither outbox nor queue holds a usable token. */
  async send(
    tx: Tx,
    user: { id: string; email: string; displayName: string; merchants: readonly string[] },
  ): Promise<void> {
    const [merchantId] = user.merchants;
    if (merchantId === undefined) return;
    const token = randomBytes(32).toString('base64url');
    const expiresAt = new Date(this.clock.now().getTime() + lifeMs);
    await tx.execute('INSERT INTO email_verification_tokens (token_hash, user_id, expires_at) VALUES ($1, $2, $3)', [
      hashOfToken(token),
      user.id,
      expiresAt,
    ]);
    await this.outbox.add(tx, emailVerificationRequested, user.id, {
      userId: user.id,
      merchantId,
      email: user.email,
      displayName: user.displayName,
      sealedLink: await this.seal(`${this.config.PUBLIC_URL}/api/v1/auth/verify-email?token=${token}`),
      expiresAt: expiresAt.toISOString(),
    });
  }

  /** Uses a token up and gives whose it was; nothing when it is unknown, used or too old. */
  async use(tx: Tx, token: string): Promise<string | undefined> {
    const [row] = await tx.query<{ user_id: string }>(
      'UPDATE email_verification_tokens SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING user_id',
      [hashOfToken(token), this.clock.now()],
    );
    return row?.user_id;
  }

  /** JWE (RFC 7516), direct encryption with A256GCM. */
  private seal(text: string): Promise<string> {
    return new CompactEncrypt(Buffer.from(text, 'utf8'))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(Buffer.from(this.config.MAIL_SEAL_KEY, 'base64url'));
  }
}
