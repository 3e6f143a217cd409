import { cashbackReversed, causeOf, type Envelope, type OrderRefunded, pointsClawedBack } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { assert, mulDiv, newId, present } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { KeepStandings } from '../members/keep-standings';
import { issuanceAccount, memberAccount } from '../members/points-accounts';
import { type Standing, standingKey } from '../members/standing';
import { FindPrograms } from '../programs/find-programs';
import { programKey } from '../programs/program-rules';
import { IssueReceipts } from '../receipts/issue-receipts';
import { clawBack, type LineStanding, pointsTaken, takeFromLots } from './clawback-rules';
import { type EarnedCashback, type EarnedOrderRow, RefundsRepository } from './refunds.repository';

/**
 * Takes back what refunded lines had earned, from the allocation stored when they earned it: once per refund and program.
 * Points that were spent in the meantime are named on the receipt; the balance never falls below zero.
 */
@Injectable()
export class ClawBackPoints {
  constructor(
    private readonly findPrograms: FindPrograms,
    private readonly refunds: RefundsRepository,
    private readonly keepStandings: KeepStandings,
    private readonly issueReceipts: IssueReceipts,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
  ) {}

  async within(tx: Tx, event: Envelope<OrderRefunded>): Promise<void> {
    const orders = await this.refunds.earnedOrders(tx, event.data.orderId);
    if (orders.length === 0 && (await this.willEarn(tx, event.data))) {
      throw new Error(`the refund of order ${event.data.orderId} overtook its earning: to be tried again`);
    }
    const programs: string[] = [];
    for (const order of orders) if (await this.clawBackFrom(tx, event, order)) programs.push(order.programId);
    for (const cashback of await this.refunds.lockCashback(tx, event.data.orderId, programs))
      await this.reverse(tx, event, cashback);
  }

  private async willEarn(tx: Tx, { merchantId, currency }: OrderRefunded): Promise<boolean> {
    return (await this.findPrograms.defaultsOf(tx, [merchantId])).has(programKey(merchantId, currency));
  }

  /**
   * One order earns in one program today; the loop above is over programs and stays that small.
   * Gives false for a refund that is told again: it has its receipt, and the lock lets one look at a time.
   */
  private async clawBackFrom(tx: Tx, event: Envelope<OrderRefunded>, order: EarnedOrderRow): Promise<boolean> {
    const { refundId, orderId } = event.data;
    const key = standingKey(order.memberId, order.programId);
    const { standings } = await this.keepStandings.lock(tx, [order]);
    if (await this.refunds.isKnown(tx, refundId, order.programId)) return false;
    const before = present(standings.get(key), 'who earned is a member');
    const lines = new Map(
      (await this.refunds.lockLines(tx, orderId, order.programId)).map((line) => [line.lineId, line]),
    );
    const clawed = event.data.lines.map((refunded) => {
      const step = clawBack(
        present(lines.get(refunded.lineId), `line ${refunded.lineId} of the refund was earned on`),
        refunded.totalMinor,
      );
      lines.set(refunded.lineId, step.after);
      return step;
    });
    const owed = clawed.reduce((sum, { points }) => sum + points, 0);
    const open = await this.refunds.openLots(tx, order);
    const { changed, missing } = takeFromLots(open, orderId, owed);
    const taken = owed - missing;
    const after: Standing = {
      ...before,
      points: before.points - taken,
      qualifyingPoints: Math.max(before.qualifyingPoints - owed, 0),
    };
    await this.refunds.saveLines(tx, orderId, order.programId, [...lines.values()]);
    await this.keepStandings.save(tx, { standings: [after], days: [], tierChanges: [] });
    if (taken > 0) await this.post(tx, event.data, order, taken);
    const [receiptId, issuedAt] = [newId(), new Date(event.data.refundedAt)];
    await this.issueReceipts.within(tx, [
      {
        id: receiptId,
        kind: 'clawback',
        memberId: order.memberId,
        programId: order.programId,
        merchantId: order.merchantId,
        programVersion: order.programVersion,
        orderId,
        refundId,
        points: -taken,
        qualifyingPoints: after.qualifyingPoints - before.qualifyingPoints,
        balanceAfter: after.points,
        reason: missing > 0 ? 'refunded_after_spending' : 'refunded',
        steps: stepsOf(clawed, owed, missing),
        input: {
          lines: event.data.lines.map(({ lineId, totalMinor }) => ({ line_id: lineId, total_minor: totalMinor })),
        },
        issuedAt,
      },
    ]);
    const lots = pointsTaken(open, changed);
    await this.refunds.takeFromLots(tx, { id: receiptId, issuedAt }, lots);
    const { memberId, programId, merchantId } = order;
    const data = {
      receiptId,
      memberId,
      programId,
      merchantId,
      orderId,
      refundId,
      points: taken,
      balance: after.points,
      clawedBackAt: event.data.refundedAt,
      lots,
    };
    await this.outbox.add(tx, pointsClawedBack, memberId, data, { cause: causeOf(event) });
    return true;
  }

  private async post(tx: Tx, refund: OrderRefunded, order: EarnedOrderRow, points: number): Promise<void> {
    const [posted] = await this.ledger.post(tx, [
      {
        key: `clawback:${refund.refundId}:${order.programId}`,
        kind: 'clawback',
        reference: `refund:${refund.refundId}`,
        effectiveAt: new Date(refund.refundedAt),
        postings: [
          { account: memberAccount(order.memberId, order.programId), amountMinor: -points },
          { account: issuanceAccount(order.programId), amountMinor: points },
        ],
      },
    ]);
    assert(posted?.ok, 'what the lots hold is on the account');
  }

  /** Cashback goes back in the proportion of the order that was refunded; a whole refund takes all of it. */
  private async reverse(tx: Tx, event: Envelope<OrderRefunded>, cashback: EarnedCashback): Promise<void> {
    const refundedMinor = cashback.refundedMinor + event.data.totalMinor;
    assert(refundedMinor <= cashback.orderTotalMinor, 'an order is not refunded above what it cost');
    const reversedMinor = mulDiv(cashback.amountMinor, refundedMinor, cashback.orderTotalMinor, 'half_up');
    await this.refunds.saveCashback(tx, cashback.id, refundedMinor, reversedMinor);
    const amountMinor = reversedMinor - cashback.reversedMinor;
    if (amountMinor === 0) return;
    const { refundId, orderId, currency } = event.data;
    const data = {
      cashbackId: cashback.id,
      refundId,
      orderId,
      memberId: cashback.memberId,
      merchantId: cashback.merchantId,
      amountMinor,
      currency,
    };
    await this.outbox.add(tx, cashbackReversed, cashback.id, data, { cause: causeOf(event) });
  }
}

function stepsOf(clawed: readonly { after: LineStanding; points: number }[], owed: number, missing: number) {
  return [
    ...clawed.map(({ after, points }) => ({
      step: 'line',
      detail: `line ${after.lineId}: ${after.refundedMinor} of ${after.totalMinor} minor units refunded so far, of ${after.points} points`,
      value: points,
    })),
    { step: 'owed', detail: 'points of the refunded part', value: owed },
    ...(missing > 0 ? [{ step: 'spent', detail: 'of these had been spent already', value: missing }] : []),
  ];
}
