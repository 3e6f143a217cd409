import type { Caller } from '@florin/access';
import { Transactions, type Tx } from '@florin/database';
import { type Clock, hourMs, minuteMs, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';

import { FindSettings } from '../settings/find-settings';
import { codesRefused } from './code-metrics';
import { codeHash, typedCode } from './codes';

/**
 * Lets callers try codes, and locks out who tries too many wrong ones: each wrong try is a fact that stays, whatever becomes
 * of the request, and tries of one caller wait for each other. All wrong codes are answered alike.
 */
@Injectable()
export class TryCodes {
  constructor(
    private readonly transactions: Transactions,
    private readonly settings: FindSettings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Gives what `find` makes of the code's hash. Refuses with 404 `code_unknown` when that is nothing, and with 429 `codes_locked`
   * whoever tried too many.
   */
  async find<T>(caller: Caller, typed: string, find: (tx: Tx, hash: string) => Promise<T | undefined>): Promise<T> {
    const { found, lockedUntil } = await this.transactions.run(async (tx) => {
      const { wrong_per_hour: most, lock_minutes: lockMinutes } = (await this.settings.of(tx, caller.merchantId)).codes;
      const now = this.clock.now();
      const tries = await this.lock(tx, caller);
      if (tries.lockedUntil && tries.lockedUntil > now) return { found: undefined, lockedUntil: tries.lockedUntil };
      const code = await find(tx, codeHash(typedCode(typed)));
      if (code === undefined) {
        const isOver = tries.since === null || tries.since.getTime() + hourMs <= now.getTime();
        const wrong = isOver ? 1 : tries.wrong + 1;
        const until = wrong >= most ? new Date(now.getTime() + lockMinutes * minuteMs) : null;
        await this.save(tx, caller, {
          wrong: until ? 0 : wrong,
          since: isOver ? now : tries.since,
          lockedUntil: until,
        });
      }
      return { found: code, lockedUntil: undefined };
    });
    if (lockedUntil) {
      codesRefused.inc({ why: 'locked' });
      const retryAfterSeconds = Math.max(1, Math.ceil((lockedUntil.getTime() - this.clock.now().getTime()) / 1_000));
      throw new Refusal('rate_limited', 'codes_locked', 'Too many wrong codes. Try again later.', {
        retryAfterSeconds,
      });
    }
    if (found === undefined) {
      codesRefused.inc({ why: 'unknown' });
      throw unknownCode();
    }
    return found;
  }

  private async lock(tx: Tx, { merchantId, subject }: Caller): Promise<Tries> {
    const [tries] = await tx.query<Tries>(
      `INSERT INTO code_tries AS tries (merchant_id, caller) VALUES ($1, $2)
       ON CONFLICT (merchant_id, caller) DO UPDATE SET wrong = tries.wrong
       RETURNING wrong, since, locked_until AS "lockedUntil"`,
      [merchantId, subject],
    );
    return tries ?? { wrong: 0, since: null, lockedUntil: null };
  }

  private async save(tx: Tx, { merchantId, subject }: Caller, tries: Tries): Promise<void> {
    await tx.execute(
      'UPDATE code_tries SET wrong = $3, since = $4, locked_until = $5 WHERE merchant_id = $1 AND caller = $2',
      [merchantId, subject, tries.wrong, tries.since, tries.lockedUntil],
    );
  }
}

interface Tries {
  wrong: number;
  since: Date | null;
  lockedUntil: Date | null;
}

/** The one answer to every code that gives the caller nothing: mistyped, never issued, of another merchant or of another member. */
export function unknownCode(): Refusal {
  return Refusal.field('not_found', 'code', 'code_unknown', 'There is no such code.');
}
