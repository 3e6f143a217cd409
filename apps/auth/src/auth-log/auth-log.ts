import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import { Injectable } from '@nestjs/common';

export interface Origin {
  address: string | undefined;
  userAgent: string | undefined;
}

export type AuthEvent =
  | 'signed_up'
  | 'verified'
  | 'logged_in'
  | 'login_failed'
  | 'locked'
  | 'refreshed'
  | 'refresh_reused'
  | 'logged_out'
  | 'user_created'
  | 'users_imported';

/** The record of everything that happened around identity. Holds no password, token or address of a stranger. */
@Injectable()
export class AuthLog {
  async add(tx: Tx, event: AuthEvent, userId: string | null, origin?: Origin, detail?: object): Promise<void> {
    await tx.execute(
      'INSERT INTO auth_logs (id, user_id, event, address, user_agent, detail) VALUES ($1, $2, $3, $4, $5, $6)',
      [
        newId(),
        userId,
        event,
        origin?.address ?? null,
        origin?.userAgent?.slice(0, 300) ?? null,
        detail ? JSON.stringify(detail) : null,
      ],
    );
  }
}
