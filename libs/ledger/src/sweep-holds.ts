import type { Tx } from '@florin/database';
import type { HowToApply } from './apply';
import { noChanges } from './books';
import { giveBack } from './decide';
import { noteCrossings } from './monitors';
import { readDueHolds } from './read-books';
import { maxSetSize } from './types';
import { writeChanges } from './write-changes';

/** A hold that timed out, and what of it went back to its account. */
export interface ExpiredHold {
  holdId: string;
  key: string;
  account: string;
  reference: string | null;
  releasedMinor: number;
}

/** Gives back holds whose time is up; see Ledger.expireHolds. */
export async function sweepHolds(tx: Tx, now: Date, limit: number, { tell }: HowToApply): Promise<ExpiredHold[]> {
  const { books, insertedAt, due } = await readDueHolds(tx, now, Math.min(limit, maxSetSize));
  const changes = noChanges();
  for (const held of due) {
    giveBack(books, changes, held, 'expired');
    noteCrossings(books, changes, held.id);
  }
  const crossings = await writeChanges(tx, changes, insertedAt, books.accounts);
  if (crossings.length > 0) await tell(tx, crossings);
  return due.map((held) => ({
    holdId: held.id,
    key: held.key,
    account: held.account,
    reference: held.reference,
    releasedMinor: held.amount - held.captured,
  }));
}
