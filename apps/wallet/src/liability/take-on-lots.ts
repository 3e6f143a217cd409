import type { Envelope, PointsEarned } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { assert, present } from '@florin/kernel';
import { Ledger, maxSetSize } from '@florin/ledger';
import { PoisonMessage } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { contractLiabilityAccount, salesAccount } from '../accounts/money-accounts';
import { monthOf } from './months';
import { TrackPrefunding } from '../settlement/track-prefunding';
import { allocatePrice, pointsSellingPrice } from './allocate-price';
import { datedIn, shareBooks } from './books';
import { ratio } from './exact';
import type { Funding, Lot } from './lot';
import { type LotEvent, LotsRepository } from './lots.repository';
import { lotEvents } from './metrics';
import { ProgramSettings, type Setting } from './program-settings';

const wholeBps = 10_000;

/** An earning that says its lots and what was paid. Others were said before lots were told, and have no price. */
type Told = PointsEarned & Required<Pick<PointsEarned, 'lots' | 'currency'>>;

/**
 * Takes points on as a liability when they are earned, each lot once: its part of the order's price is set apart from the
 * sales until the points are redeemed or nobody will. Points that were earned with nothing have no price.
 */
@Injectable()
export class TakeOnLots {
  constructor(
    private readonly settings: ProgramSettings,
    private readonly lots: LotsRepository,
    private readonly ledger: Ledger,
    private readonly trackPrefunding: TrackPrefunding,
  ) {}

  async within(tx: Tx, events: readonly Envelope<PointsEarned>[]): Promise<void> {
    const told = events.map(({ data }) => data).filter(hasLots);
    if (told.length === 0) return;
    const settings = await this.settings.ofSeen(tx, told);
    const books = await shareBooks(
      tx,
      told.map(({ merchantId }) => merchantId),
    );
    const given = told.flatMap((earned) =>
      lotsOf(earned, present(settings.get(earned.programId), 'every program has a setting')).map((lot) => ({
        ...lot,
        receiptId: earned.receiptId,
      })),
    );
    const unique = [...new Map(given.map((each) => [each.lot.id, each])).values()];
    const isNew = await this.lots.insert(
      tx,
      unique.map(({ lot }) => lot),
    );
    const fresh = unique.filter(({ lot }) => isNew.has(lot.id));
    if (fresh.length === 0) return;
    await this.lots.insertFunders(
      tx,
      fresh.map(({ lot, funders }) => ({ id: lot.id, funders })),
    );
    const taken = fresh.map(({ lot, receiptId }): LotEvent => ({
      kind: 'earned',
      sourceId: receiptId,
      lot,
      points: lot.points,
      priceMinor: lot.allocatedMinor,
      happenedAt: lot.issuedAt,
      ...datedIn(lot.issuedAt, books.get(lot.merchantId) ?? null),
    }));
    await this.lots.insertEvents(tx, taken);
    await this.defer(tx, taken);
    const points = taken.reduce((sum, event) => sum + event.points, 0);
    tx.afterCommit(() => lotEvents.inc({ kind: 'earned' }, points));
    await this.trackPrefunding.within(
      tx,
      fresh.map(({ lot, funders }) => ({ lot, funders, before: 0, after: lot.points })),
    );
  }

  private async defer(tx: Tx, taken: readonly LotEvent[]): Promise<void> {
    const priced = taken.filter(({ priceMinor }) => priceMinor > 0);
    for (let first = 0; first < priced.length; first += maxSetSize) {
      const posted = await this.ledger.post(
        tx,
        priced.slice(first, first + maxSetSize).map(({ lot, priceMinor, effectiveAt }) => ({
          key: `points-deferred:${lot.id}`,
          kind: 'points_deferred',
          reference: lot.orderId === null ? `lot:${lot.id}` : `order:${lot.orderId}`,
          effectiveAt,
          metadata: { lot_id: lot.id },
          postings: [
            { account: salesAccount(lot.merchantId, lot.currency), amountMinor: -priceMinor },
            {
              account: contractLiabilityAccount(lot.merchantId, lot.programId, lot.currency),
              amountMinor: priceMinor,
            },
          ],
        })),
      );
      for (const answer of posted) assert(answer.ok, `a lot can be deferred: ${answer.ok ? '' : answer.detail}`);
    }
  }
}

function hasLots(earned: PointsEarned): earned is Told {
  return earned.currency !== undefined && (earned.lots?.length ?? 0) > 0;
}

function lotsOf(earned: Told, setting: Setting): { lot: Lot; funders: Funding[] }[] {
  if (setting.currency !== earned.currency || setting.merchantId !== earned.merchantId)
    throw new PoisonMessage(`program ${earned.programId} is kept in ${setting.currency} of ${setting.merchantId}`);
  const priceMinor = earned.priceMinor ?? 0;
  const { pointValueMicros, redemptionBps } = setting;
  // Discounts were given on the goods (IFRS 15.82): what was paid for them is what they sell for.
  const [, ...prices] = allocatePrice(priceMinor, [
    ratio(priceMinor),
    ...earned.lots.map(({ points }) => pointsSellingPrice(points, pointValueMicros, redemptionBps)),
  ]);
  return earned.lots.map(({ lotId, points, expiresAt, funders }, index) => {
    if (funders.reduce((sum, { shareBps }) => sum + shareBps, 0) !== wholeBps)
      throw new PoisonMessage(`the shares of lot ${lotId} do not sum to ${wholeBps} basis points`);
    const price = prices[index] ?? 0;
    const issuedAt = new Date(earned.earnedAt);
    return {
      funders,
      lot: {
        id: lotId,
        programId: earned.programId,
        merchantId: earned.merchantId,
        memberId: earned.memberId,
        orderId: earned.orderId ?? null,
        currency: earned.currency,
        settingVersion: setting.version,
        cohort: monthOf(issuedAt),
        points,
        redeemed: 0,
        expired: 0,
        clawedBack: 0,
        allocatedMinor: price,
        priceMinor: price,
        unrecognisedMinor: price,
        issuedAt,
        expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
      },
    };
  });
}
