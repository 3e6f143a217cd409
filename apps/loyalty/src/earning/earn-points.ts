import {
  cashbackAccrued,
  causeOf,
  type Envelope,
  type OrderCompleted,
  pointsEarned,
  type PointsEarned,
  tierUpgraded,
} from '@florin/contracts';
import type { Tx } from '@florin/database';
import { assert, type Cause, newId, present } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { EnrolMembers } from '../members/enrol-members';
import { KeepStandings } from '../members/keep-standings';
import { issuanceAccount, memberAccount } from '../members/points-accounts';
import { type Standing, standingKey } from '../members/standing';
import { FindPrograms } from '../programs/find-programs';
import { dayOf, type Program, programKey, tierFor, tierNamed } from '../programs/program-rules';
import { type EarnedOrder, lotsSaid, payableAt } from './earned-order';
import { cashbackOf, earn } from './earning-rules';
import { EarningWriter } from './earning-writer';

/**
 * Awards points and cashback for completed orders, each exactly once per program: a second telling of the same order finds
 * its receipt and changes nothing. A set of orders costs a fixed number of statements, however many there are.
 */
@Injectable()
export class EarnPoints {
  constructor(
    private readonly programs: FindPrograms,
    private readonly keepStandings: KeepStandings,
    private readonly enrolMembers: EnrolMembers,
    private readonly ledger: Ledger,
    private readonly writer: EarningWriter,
    private readonly outbox: Outbox,
  ) {}

  async within(tx: Tx, events: readonly Envelope<OrderCompleted>[]): Promise<void> {
    const programs = await this.programs.defaultsOf(
      tx,
      events.map(({ data }) => data.merchantId),
    );
    const candidates = events.flatMap((event) => {
      const program = programs.get(programKey(event.data.merchantId, event.data.currency));
      return program ? [{ order: event.data, program, cause: causeOf(event) }] : [];
    });
    const fresh = await this.writer.withoutKnown(tx, candidates);
    if (fresh.length === 0) return;
    await this.enrolMembers.within(
      tx,
      fresh.map(({ order, program, cause }) => ({
        memberId: order.memberId,
        program,
        at: new Date(order.completedAt),
        cause,
      })),
    );
    const earned = await this.decide(tx, fresh);
    await Promise.all([this.post(tx, earned), this.writer.write(tx, earned), this.tell(tx, earned)]);
  }

  private async decide(
    tx: Tx,
    fresh: readonly { order: OrderCompleted; program: Program; cause: Cause }[],
  ): Promise<EarnedOrder[]> {
    const wanted = fresh.map(({ order, program }) => ({
      memberId: order.memberId,
      programId: program.id,
      day: dayOf(new Date(order.completedAt), program.timeZone),
    }));
    const { standings, earnedOn } = await this.keepStandings.lock(tx, wanted);
    return fresh.map(({ order, program, cause }, index) => {
      const { memberId, programId, day } = present(wanted[index], 'every order has a day');
      const key = standingKey(memberId, programId);
      const before = present(standings.get(key), 'everyone who earns is a member');
      const earnedToday = earnedOn.get(`${key}:${day}`) ?? 0;
      const earning = earn(program, { tier: before.tier, isFrozen: before.isFrozen, earnedToday }, order);
      const standing = raised(before, program, earning.points);
      standings.set(key, standing);
      earnedOn.set(`${key}:${day}`, earnedToday + earning.points);
      return {
        order,
        program,
        cause,
        receiptId: newId(),
        lotId: newId(),
        earning,
        day,
        earnedOnDay: earnedToday + earning.points,
        standing,
        tierBefore: before.tier,
        cashbackMinor: before.isFrozen ? 0 : cashbackOf(program, order.totalMinor),
        cashbackId: newId(),
      };
    });
  }

  private async post(tx: Tx, earned: readonly EarnedOrder[]): Promise<void> {
    const paying = earned.filter(({ earning }) => earning.points > 0);
    if (paying.length === 0) return;
    const posted = await this.ledger.post(
      tx,
      paying.map(({ order, program, earning }) => ({
        key: `earn:${order.orderId}:${program.id}`,
        kind: 'earn',
        reference: `order:${order.orderId}`,
        effectiveAt: new Date(order.completedAt),
        postings: [
          { account: issuanceAccount(program.id), amountMinor: -earning.points },
          { account: memberAccount(order.memberId, program.id), amountMinor: earning.points },
        ],
      })),
    );
    for (const answer of posted) assert(answer.ok, `an earning is always postable: ${answer.ok ? '' : answer.detail}`);
  }

  private async tell(tx: Tx, earned: readonly EarnedOrder[]): Promise<void> {
    const said = this.outbox.addAll(
      tx,
      pointsEarned,
      earned.map((each) => ({ subject: each.order.memberId, cause: each.cause, data: saidOf(each) })),
    );
    const upgraded = this.outbox.addAll(
      tx,
      tierUpgraded,
      earned
        .filter(({ tierBefore, standing }) => tierBefore !== standing.tier)
        .map(({ order, program, cause, tierBefore, standing }) => ({
          subject: order.memberId,
          cause,
          data: {
            memberId: order.memberId,
            programId: program.id,
            merchantId: program.merchantId,
            fromTier: tierBefore,
            toTier: standing.tier,
            origin: order.origin,
          },
        })),
    );
    const accrued = this.outbox.addAll(
      tx,
      cashbackAccrued,
      earned
        .filter(({ cashbackMinor }) => cashbackMinor > 0)
        .map(({ order, program, cause, cashbackId, cashbackMinor }) => ({
          subject: cashbackId,
          cause,
          data: {
            cashbackId,
            orderId: order.orderId,
            memberId: order.memberId,
            merchantId: program.merchantId,
            amountMinor: cashbackMinor,
            currency: order.currency,
            payableAt: payableAt(order, program).toISOString(),
          },
        })),
    );
    await Promise.all([said, upgraded, accrued]);
  }
}

function saidOf(earned: EarnedOrder): PointsEarned {
  const { order, program, receiptId, earning, standing } = earned;
  return {
    receiptId,
    memberId: order.memberId,
    programId: program.id,
    merchantId: program.merchantId,
    orderId: order.orderId,
    points: earning.points,
    balance: standing.points,
    tier: standing.tier,
    reason: earning.reason,
    earnedAt: order.completedAt,
    priceMinor: order.totalMinor - order.taxMinor,
    currency: order.currency,
    lots: lotsSaid(earned),
  };
}

/** Upgrade only: a tier once reached is not lost by earning. */
function raised(before: Standing, program: Program, points: number): Standing {
  const qualifyingPoints = before.qualifyingPoints + points;
  const reached = tierFor(program.rules, qualifyingPoints);
  const current = tierNamed(program.rules, before.tier);
  return {
    ...before,
    points: before.points + points,
    qualifyingPoints,
    tier: reached.threshold > current.threshold ? reached.name : before.tier,
  };
}
