import type { Tx } from '@florin/database';
import { assert } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { partnerAccount } from '../accounts/money-accounts';
import { allocatePrice } from '../liability/allocate-price';
import { ratio } from '../liability/exact';
import type { Funding } from '../liability/lot';
import { merchantPartner, type Partner } from './partners';
import { type Entry, SettlementsRepository } from './settlements.repository';

/** Points that were spent, and where. */
export interface Burn {
  redemptionId: string;
  /** Who took the points in payment. */
  atMerchantId: string;
  /** What they paid for. */
  valueMinor: number;
  redeemedAt: Date;
  /** The accounting month. */
  period: string;
  effectiveAt: Date;
  lots: readonly { lotId: string; points: number; programId: string; currency: string }[];
}

/**
 * Writes down who owes whom when points are spent: whoever funds a lot owes its part of what the points paid for to the
 * merchant that took them, unless that is the same. The value is split over the lots by points and over funders by shares, so
 * that the parts sum to it.
 */
@Injectable()
export class RecordBurns {
  constructor(
    private readonly settlements: SettlementsRepository,
    private readonly ledger: Ledger,
  ) {}

  async within(tx: Tx, burns: readonly Burn[], funders: ReadonlyMap<string, readonly Funding[]>): Promise<void> {
    const entries = burns.flatMap((burn) => entriesOf(burn, funders));
    if (entries.length === 0) return;
    await this.settlements.insertEntries(tx, entries);
    const accounts = new Map(
      entries.flatMap(({ debtor, creditor, currency }) =>
        [debtor, creditor].map((partner) => [partnerAccount(partner, currency), currency] as const),
      ),
    );
    await this.ledger.open(
      tx,
      [...accounts].map(([code, asset]) => ({ code, asset, allowNegative: true })),
    );
    const owing = burns.filter(({ redemptionId }) => entries.some((entry) => entry.redemptionId === redemptionId));
    const posted = await this.ledger.post(
      tx,
      owing.map(({ redemptionId, effectiveAt }) => ({
        key: `points-burned:${redemptionId}`,
        kind: 'points_burned_elsewhere',
        reference: `redemption:${redemptionId}`,
        effectiveAt,
        postings: postingsOf(entries.filter((entry) => entry.redemptionId === redemptionId)),
      })),
    );
    for (const answer of posted) assert(answer.ok, `a burn can be booked: ${answer.ok ? '' : answer.detail}`);
  }
}

function entriesOf(burn: Burn, funders: ReadonlyMap<string, readonly Funding[]>): Entry[] {
  const creditor = merchantPartner(burn.atMerchantId);
  const values = allocatePrice(
    burn.valueMinor,
    burn.lots.map(({ points }) => ratio(points)),
  );
  return burn.lots.flatMap(({ lotId, points, programId, currency }, index) => {
    const shares = funders.get(lotId) ?? [];
    const weights = shares.map(({ shareBps }) => ratio(shareBps));
    const [amounts, parts] = [allocatePrice(values[index] ?? 0, weights), allocatePrice(points, weights)];
    return shares.flatMap(({ funder: debtor }, at): Entry[] => {
      const amountMinor = amounts[at] ?? 0;
      if (debtor === creditor || amountMinor === 0) return [];
      const { redemptionId, redeemedAt, period } = burn;
      const who = { redemptionId, lotId, debtor, creditor, programId, currency };
      return [{ ...who, points: parts[at] ?? 0, amountMinor, period, redeemedAt }];
    });
  });
}

/** One posting per partner: what it is owed, or owes, for the redemption. */
function postingsOf(entries: readonly Entry[]): { account: string; amountMinor: number }[] {
  const sums = new Map<string, number>();
  const add = (partner: Partner, currency: string, amountMinor: number): void => {
    const account = partnerAccount(partner, currency);
    sums.set(account, (sums.get(account) ?? 0) + amountMinor);
  };
  for (const { debtor, creditor, currency, amountMinor } of entries) {
    add(creditor, currency, amountMinor);
    add(debtor, currency, -amountMinor);
  }
  return [...sums].map(([account, amountMinor]) => ({ account, amountMinor }));
}
