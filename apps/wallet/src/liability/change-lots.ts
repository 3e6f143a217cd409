import type { Tx } from '@florin/database';
import { assert, present } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { contractLiabilityAccount, salesAccount } from '../accounts/money-accounts';
import { type Burn, RecordBurns } from '../settlement/record-burns';
import { TrackPrefunding } from '../settlement/track-prefunding';
import { datedIn, shareBooks } from './books';
import { changed, type Lot, type LotChange, outstandingOf } from './lot';
import { type LotEvent, LotsRepository } from './lots.repository';
import { lotEvents } from './metrics';

/** Points of lots that were redeemed, expired or clawed back together. */
export interface Change {
  kind: LotChange;
  /** The redemption, expiry or refund: it changes a lot once. */
  sourceId: string;
  /** The program's merchant. */
  merchantId: string;
  lots: readonly { lotId: string; points: number }[];
  at: Date;
  /** Of a redemption: where, and what the points paid for. */
  spent?: { atMerchantId: string; valueMinor: number };
}

/**
 * Keeps lots as loyalty says they changed. Redemptions and expiries count when their month is closed; a clawback gives the
 * goods their share of the price back at once. A change that overtakes its earning is tried again by the retry tiers.
 */
@Injectable()
export class ChangeLots {
  constructor(
    private readonly lots: LotsRepository,
    private readonly ledger: Ledger,
    private readonly recordBurns: RecordBurns,
    private readonly trackPrefunding: TrackPrefunding,
  ) {}

  async within(tx: Tx, changes: readonly Change[]): Promise<void> {
    const books = await shareBooks(
      tx,
      changes.map(({ merchantId }) => merchantId),
    );
    const ids = [...new Set(changes.flatMap(({ lots }) => lots.map(({ lotId }) => lotId)))];
    if (ids.length === 0) return;
    const before = new Map((await this.lots.lock(tx, ids)).map((lot) => [lot.id, lot]));
    const missing = ids.find((id) => !before.has(id));
    if (missing !== undefined) throw new Error(`lot ${missing} is not known yet: to be tried again`);
    const after = new Map(before);
    const events: LotEvent[] = [];
    const burns: Burn[] = [];
    for (const change of await this.unknown(tx, changes)) {
      const dated = datedIn(change.at, books.get(change.merchantId) ?? null);
      for (const { lotId, points } of change.lots) {
        const step = changed(present(after.get(lotId), 'the lot was read'), change.kind, points);
        assert(step.after.merchantId === change.merchantId, `lot ${lotId} is another merchant's`);
        after.set(lotId, step.after);
        const { kind, sourceId, at: happenedAt } = change;
        events.push({ kind, sourceId, lot: step.after, points, priceMinor: step.priceMinor, happenedAt, ...dated });
      }
      if (change.spent) burns.push(burnOf(change, change.spent, after, dated));
    }
    if (events.length === 0) return;
    await this.lots.save(tx, [...after.values()]);
    await this.lots.insertEvents(tx, events);
    await this.giveBack(tx, events);
    tx.afterCommit(() => events.forEach(({ kind, points }) => lotEvents.inc({ kind }, points)));
    const funders = await this.lots.fundersOf(tx, ids);
    await this.recordBurns.within(tx, burns, funders);
    await this.trackPrefunding.within(
      tx,
      [...after.values()].map((lot) => ({
        lot,
        funders: funders.get(lot.id) ?? [],
        before: outstandingOf(present(before.get(lot.id), 'the lot was read')),
        after: outstandingOf(lot),
      })),
    );
  }

  /** The changes without what is written already; a second telling in the same set is left out as well. */
  private async unknown(tx: Tx, changes: readonly Change[]): Promise<Change[]> {
    const seen = new Map<LotChange, Set<string>>();
    for (const kind of new Set(changes.map((change) => change.kind))) {
      const of = changes.filter((change) => change.kind === kind);
      const keys = of.flatMap(({ sourceId, lots }) => lots.map(({ lotId }) => ({ lotId, sourceId })));
      seen.set(kind, await this.lots.known(tx, kind, keys));
    }
    return changes.flatMap((change) => {
      const done = present(seen.get(change.kind), 'every kind was looked up');
      const lots = change.lots.filter(({ lotId }) => !done.has(`${lotId} ${change.sourceId}`));
      for (const { lotId } of lots) done.add(`${lotId} ${change.sourceId}`);
      return lots.length === 0 ? [] : [{ ...change, lots }];
    });
  }

  private async giveBack(tx: Tx, events: readonly LotEvent[]): Promise<void> {
    const priced = events.filter(({ priceMinor }) => priceMinor !== 0);
    if (priced.length === 0) return;
    const posted = await this.ledger.post(
      tx,
      priced.map(({ lot, sourceId, priceMinor, effectiveAt }) => ({
        key: `points-clawed-back:${sourceId}:${lot.id}`,
        kind: 'points_clawed_back',
        reference: `refund:${sourceId}`,
        effectiveAt,
        metadata: { lot_id: lot.id },
        postings: [
          { account: salesAccount(lot.merchantId, lot.currency), amountMinor: -priceMinor },
          { account: contractLiabilityAccount(lot.merchantId, lot.programId, lot.currency), amountMinor: priceMinor },
        ],
      })),
    );
    for (const answer of posted) assert(answer.ok, `a clawback can be booked: ${answer.ok ? '' : answer.detail}`);
  }
}

function burnOf(
  change: Change,
  { atMerchantId, valueMinor }: NonNullable<Change['spent']>,
  lots: ReadonlyMap<string, Lot>,
  { period, effectiveAt }: { period: string; effectiveAt: Date },
): Burn {
  return {
    redemptionId: change.sourceId,
    atMerchantId,
    valueMinor,
    redeemedAt: change.at,
    period,
    effectiveAt,
    lots: change.lots.map(({ lotId, points }) => {
      const { programId, currency } = present(lots.get(lotId), 'the lot was read');
      return { lotId, points, programId, currency };
    }),
  };
}
