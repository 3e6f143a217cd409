import type { OrderCompleted } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { KeepStandings } from '../members/keep-standings';
import { standingKey, type TierChange } from '../members/standing';
import type { Program } from '../programs/program-rules';
import { IssueReceipts } from '../receipts/issue-receipts';
import { type EarnedOrder, expiryOf, payableAt } from './earned-order';
import { LotsRepository } from './lots.repository';

/** Writes what a set of orders earned: receipts, lots, the split over the lines, standings, tiers, cashback. */
@Injectable()
export class EarningWriter {
  constructor(
    private readonly issueReceipts: IssueReceipts,
    private readonly lots: LotsRepository,
    private readonly keepStandings: KeepStandings,
  ) {}

  /** Leaves out orders that have their receipt already, and the second telling of one within the set. */
  async withoutKnown<T extends { order: OrderCompleted; program: Program }>(
    tx: Tx,
    candidates: readonly T[],
  ): Promise<T[]> {
    if (candidates.length === 0) return [];
    const seen = await this.issueReceipts.known(
      tx,
      candidates.map(({ order }) => order.orderId),
    );
    return candidates.filter(({ order, program }) => {
      const key = `${order.orderId}:${program.id}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  }

  async write(tx: Tx, earned: readonly EarnedOrder[]): Promise<void> {
    const lines = earned.flatMap(({ order, program, earning }) =>
      earning.lines.map((line) => ({ ...line, orderId: order.orderId, programId: program.id })),
    );
    const last = new Map(
      earned.map((each) => [standingKey(each.standing.memberId, each.standing.programId), each.standing]),
    );
    const days = new Map(
      earned.map(({ standing: { memberId, programId }, day, earnedOnDay }) => [
        `${standingKey(memberId, programId)}:${day}`,
        { memberId, programId, day, points: earnedOnDay },
      ]),
    );
    await Promise.all([
      this.issueReceipts.within(tx, earned.map(receiptOf)),
      this.lots.insertLots(tx, earned.filter(({ earning }) => earning.points > 0).map(lotOf)),
      this.lots.insertEarnedLines(tx, lines),
      this.lots.insertCashback(tx, earned.filter(({ cashbackMinor }) => cashbackMinor > 0).map(cashbackRow)),
      this.keepStandings.save(tx, {
        standings: [...last.values()],
        days: [...days.values()],
        tierChanges: earned.filter(({ tierBefore, standing }) => tierBefore !== standing.tier).map(tierChangeOf),
      }),
    ]);
  }
}

function receiptOf({ order, program, receiptId, earning, standing, tierBefore, earnedOnDay }: EarnedOrder) {
  return {
    id: receiptId,
    kind: earning.steps[0]?.step === 'refused' ? ('refused' as const) : ('earn' as const),
    memberId: order.memberId,
    programId: program.id,
    merchantId: program.merchantId,
    programVersion: program.version,
    orderId: order.orderId,
    refundId: null,
    points: earning.points,
    qualifyingPoints: earning.points,
    balanceAfter: standing.points,
    reason: earning.reason,
    steps: earning.steps,
    input: {
      tier: tierBefore,
      is_frozen: standing.isFrozen,
      earned_today: earnedOnDay - earning.points,
      lines: order.lines.map(({ lineId, totalMinor, taxMinor }) => ({
        line_id: lineId,
        total_minor: totalMinor,
        tax_minor: taxMinor,
      })),
    },
    issuedAt: new Date(order.completedAt),
  };
}

function lotOf({ order, program, receiptId, lotId, earning }: EarnedOrder) {
  return {
    id: lotId,
    memberId: order.memberId,
    programId: program.id,
    receiptId,
    orderId: order.orderId,
    earned: earning.points,
    funder: `merchant:${program.merchantId}`,
    source: 'order',
    earnedAt: new Date(order.completedAt),
    expiresAt: expiryOf(order, program),
  };
}

function cashbackRow({ order, program, cashbackId, cashbackMinor }: EarnedOrder) {
  return {
    id: cashbackId,
    orderId: order.orderId,
    programId: program.id,
    memberId: order.memberId,
    merchantId: program.merchantId,
    currency: order.currency,
    orderTotalMinor: order.totalMinor,
    amountMinor: cashbackMinor,
    payableAt: payableAt(order, program),
    accruedAt: new Date(order.completedAt),
  };
}

function tierChangeOf({ order, standing, tierBefore }: EarnedOrder): TierChange {
  return {
    id: newId(),
    memberId: standing.memberId,
    programId: standing.programId,
    fromTier: tierBefore,
    toTier: standing.tier,
    qualifyingPoints: standing.qualifyingPoints,
    causedBy: `order:${order.orderId}`,
    changedAt: new Date(order.completedAt),
  };
}
