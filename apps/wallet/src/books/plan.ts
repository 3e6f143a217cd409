import { assert, Refusal } from '@florin/kernel';
import type { Command, JournalView } from '@florin/ledger';

/** A journal as somebody wants it: kept as JSON while it waits for a second pair of eyes or its day. */
export interface JournalPlan {
  postings: { account: string; amount_minor: number }[];
  reference?: string | undefined;
  effective_at?: string | undefined;
}

/** Undo a journal, now or as if it had never counted. */
export interface ReversalPlan {
  reverses: string;
  at: 'now' | 'original';
}

export type EntryPlan = JournalPlan | ReversalPlan;

/** What is written together: all or nothing, or each by itself. */
export interface Writing {
  entries: EntryPlan[];
  atomic: boolean;
  /** The currency that all of it must be in, if it was said. */
  currency?: string;
}

export const isReversal = (entry: EntryPlan): entry is ReversalPlan => 'reverses' in entry;

/** The ledger's command for an entry under a key. */
export function commandOf(entry: EntryPlan, key: string, kind: string): Command {
  if (isReversal(entry))
    return {
      operation: 'reverse',
      input: { key, journalId: entry.reverses, ...(entry.at === 'original' && { effectiveAt: 'original' as const }) },
    };
  return {
    operation: 'post',
    input: {
      key,
      kind,
      ...(entry.reference !== undefined && { reference: entry.reference }),
      ...(entry.effective_at !== undefined && { effectiveAt: new Date(entry.effective_at) }),
      postings: entry.postings.map(({ account, amount_minor }) => ({ account, amountMinor: amount_minor })),
    },
  };
}

/** Signed amounts by account: those asked for, or of the journal that is to be undone. */
export type Amounts = { account: string; amountMinor: number }[];

export function amountsOf(entry: EntryPlan, originals: ReadonlyMap<string, JournalView>): Amounts {
  if (!isReversal(entry))
    return entry.postings.map(({ account, amount_minor }) => ({ account, amountMinor: amount_minor }));
  const original = originals.get(entry.reverses);
  return (original?.postings ?? []).map(({ account, amountMinor }) => ({ account, amountMinor: -amountMinor }));
}

/** What an entry moves: the sum of what it adds anywhere, whatever the currency. */
export function moved(amounts: Amounts): number {
  const sum = amounts.reduce((total, { amountMinor }) => total + (amountMinor > 0 ? BigInt(amountMinor) : 0n), 0n);
  if (sum > BigInt(Number.MAX_SAFE_INTEGER))
    throw new Refusal('unprocessable', 'overflow', 'The journal moves more than can be counted.');
  return Number(sum);
}

/** What a set of entries moves in each currency. */
export function movedByCurrency(all: readonly Amounts[], currencyOf: ReadonlyMap<string, string>): Map<string, number> {
  const sums = new Map<string, bigint>();
  for (const { account, amountMinor } of all.flat()) {
    const currency = currencyOf.get(account);
    assert(currency !== undefined, 'the accounts of a plan are known before it is weighed');
    sums.set(currency, (sums.get(currency) ?? 0n) + (amountMinor > 0 ? BigInt(amountMinor) : 0n));
  }
  return new Map([...sums].map(([currency, sum]) => [currency, Number(sum)]));
}
