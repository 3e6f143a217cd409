import type { Tx } from '@florin/database';
import { assert } from '@florin/kernel';
import { type AccountInput, Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';

export interface Drain {
  /** Of the ledger's key and reference: `gift-card-expired:<id>`. */
  key: string;
  kind: string;
  from: string;
  to: AccountInput;
}

/** What an account had: `drainedMinor` is moved; with anything held nothing is. */
export interface Drained {
  drainedMinor: number;
  heldMinor: number;
  /** Null when nothing was moved. */
  journalKey: string | null;
}

/**
 * Empties accounts of gift cards and store credit. Lock the card or credit first: only under that lock money is held or put
 * back, so what is read here is what is there.
 */
@Injectable()
export class DrainValues {
  constructor(private readonly ledger: Ledger) {}

  /** Answers in order. An account with an open hold is left as it is. */
  async within(tx: Tx, drains: readonly Drain[]): Promise<Drained[]> {
    if (drains.length === 0) return [];
    const balances = new Map(
      (
        await this.ledger.balances(
          tx,
          drains.map(({ from }) => from),
        )
      ).map((balance) => [balance.code, balance]),
    );
    const found = drains.map((drain) => {
      const { available = 0, held = 0 } = balances.get(drain.from) ?? {};
      return { ...drain, drainedMinor: held > 0 ? 0 : available, heldMinor: held };
    });
    const moved = found.filter(({ drainedMinor }) => drainedMinor > 0);
    if (moved.length > 0) {
      await this.ledger.open(tx, [...new Map(moved.map(({ to }) => [to.code, to])).values()]);
      const posted = await this.ledger.post(
        tx,
        moved.map(({ key, kind, from, to, drainedMinor }) => ({
          key,
          kind,
          reference: key,
          postings: [
            { account: from, amountMinor: -drainedMinor },
            { account: to.code, amountMinor: drainedMinor },
          ],
        })),
      );
      for (const answer of posted) assert(answer.ok, `what is there can be moved: ${answer.ok ? '' : answer.detail}`);
    }
    return found.map(({ key, drainedMinor, heldMinor }) => ({
      drainedMinor,
      heldMinor,
      journalKey: drainedMinor > 0 ? key : null,
    }));
  }
}
