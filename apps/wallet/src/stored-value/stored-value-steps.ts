import type { Tx } from '@florin/database';
import { type Clock, newId } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';

export type StoredValueStep = 'issued' | 'claimed' | 'redeemed' | 'cancelled' | 'withdrawn' | 'expired' | 'revived';

/** What a step was about: the journal that moved the amount, where one did. */
export interface Stepped {
  id: string;
  amountMinor: number;
  journalKey?: string | null;
}

/** Writes down what happened to gift cards and store credit, and who did it. */
@Injectable()
export class StoredValueSteps {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  async add(
    tx: Tx,
    step: StoredValueStep,
    doneBy: string,
    reason: string | null,
    of: readonly Stepped[],
  ): Promise<void> {
    if (of.length === 0) return;
    await tx.execute(
      `INSERT INTO stored_value_steps (id, subject_id, step, amount_minor, reason, done_by, happened_at, journal_key)
       SELECT new.id, new.subject_id, $4, new.amount_minor, $5, $6, $7, new.journal_key
       FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $8::text[]) AS new (id, subject_id, amount_minor, journal_key)`,
      [
        of.map(() => newId()),
        of.map(({ id }) => id),
        of.map(({ amountMinor }) => amountMinor),
        step,
        reason,
        doneBy,
        this.clock.now(),
        of.map(({ journalKey }) => journalKey ?? null),
      ],
    );
  }
}
