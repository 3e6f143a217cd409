import { pointsClawedBack, pointsEarned, tierUpgraded } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { type House, storyAt } from './house';
import { type Cashback, halfUp } from './cashback';
import type { Liability } from './liability';
import type { Post } from './post';
import { accounts, type Member, type OrderLine, type Sale } from './things';

/** What loyalty keeps of an order, for its refunds. */
interface Earned {
  member: Member;
  lines: Map<string, { totalMinor: number; points: number; refundedMinor: number; clawed: number }>;
  lot?: {
    id: string;
    receiptId: string;
    earned: number;
    remaining: number;
    moved: [receiptId: string, points: number][];
  };
}

/** Points of orders, and how refunds take them back. */
export class Points {
  private readonly orders = new Map<string, Earned>();
  private readonly raised = new Set<string>();

  constructor(
    private readonly house: House,
    private readonly post: Post,
    private readonly cashback: Cashback,
    private readonly liability: Liability,
  ) {}

  earn({ id: orderId, member, lines, totalMinor }: Sale): void {
    const { programId, merchantId } = member;
    if (!programId) return;
    const { stores } = this.house;
    const points = Math.floor(totalMinor / 100);
    const shares = lines.map((line, index) =>
      index === 0
        ? points - lines.slice(1).reduce((sum, each) => sum + Math.floor(each.totalMinor / 100), 0)
        : Math.floor(line.totalMinor / 100),
    );
    const receiptId = newId();
    const before = member.qualifyingPoints;
    member.points += points;
    member.qualifyingPoints += points;
    member.earned += points;
    const earned: Earned = {
      member,
      lines: new Map(
        lines.map((line, index) => [
          line.id,
          { totalMinor: line.totalMinor, points: shares[index] ?? 0, refundedMinor: 0, clawed: 0 },
        ]),
      ),
    };
    this.orders.set(orderId, earned);
    this.receipt({
      id: receiptId,
      kind: 'earn',
      member,
      orderId,
      refundId: null,
      points,
      reason: points > 0 ? 'earned' : 'below_one_point',
      lines,
    });
    if (points > 0) {
      earned.lot = { id: newId(), receiptId, earned: points, remaining: points, moved: [[receiptId, points]] };
      this.liability.take(earned.lot.id, receiptId, orderId, member, points);
      stores.post('loyalty', `earn:${orderId}:${programId}`, 'earn', `order:${orderId}`, [
        [accounts.issuance(programId), -points],
        [accounts.points(member.id, programId), points],
      ]);
    }
    const said = {
      receiptId,
      memberId: member.id,
      programId,
      merchantId,
      orderId,
      points,
      balance: member.points,
      tier: 'bronze',
      reason: 'earned',
      earnedAt: storyAt.toISOString(),
    };
    this.house.say('loyalty', pointsEarned, member.id, said);
    this.house.countPoints(merchantId, programId, { earned: points });
    // Upgrade only: whoever fell below the threshold by a refund is not raised a second time.
    if (before < 50 && member.qualifyingPoints >= 50 && !this.raised.has(member.id)) this.upgrade(member, programId);
    this.cashback.accrue(orderId, member, totalMinor);
  }

  clawBack(sale: Sale, refundId: string, lines: { line: OrderLine; totalMinor: number }[]): void {
    const earned = this.orders.get(sale.id);
    const { member } = sale;
    if (!earned || !member.programId) return;
    let owed = 0;
    for (const { line, totalMinor } of lines) {
      const standing = earned.lines.get(line.id);
      if (!standing) throw new Error('the line earned');
      standing.refundedMinor += totalMinor;
      const clawed =
        standing.totalMinor === 0 ? 0 : halfUp(standing.points, standing.refundedMinor, standing.totalMinor);
      owed += clawed - standing.clawed;
      standing.clawed = clawed;
    }
    member.points -= owed;
    member.qualifyingPoints -= owed;
    const receiptId = newId();
    if (earned.lot) earned.lot.remaining -= owed;
    if (earned.lot) this.liability.clawBack(earned.lot.id, refundId, owed);
    if (owed > 0) earned.lot?.moved.push([receiptId, -owed]);
    this.receipt({
      id: receiptId,
      kind: 'clawback',
      member,
      orderId: sale.id,
      refundId,
      points: -owed,
      reason: 'refunded',
      lines: lines.map(({ line, totalMinor }) => ({ ...line, totalMinor })),
    });
    if (owed > 0) {
      const postings: [string, number][] = [
        [accounts.points(member.id, member.programId), -owed],
        [accounts.issuance(member.programId), owed],
      ];
      this.house.stores.post(
        'loyalty',
        `clawback:${refundId}:${member.programId}`,
        'clawback',
        `refund:${refundId}`,
        postings,
      );
    }
    const who = { memberId: member.id, programId: member.programId, merchantId: member.merchantId };
    this.house.say('loyalty', pointsClawedBack, member.id, {
      receiptId,
      ...who,
      orderId: sale.id,
      refundId,
      points: owed,
      balance: member.points,
    });
    this.house.countPoints(member.merchantId, member.programId, { clawedBack: owed });
    this.cashback.reverse(
      sale.id,
      member,
      refundId,
      lines.reduce((sum, { totalMinor }) => sum + totalMinor, 0),
    );
  }

  /** Writes lots, lines and cashback as they stand in the end. */
  close(): void {
    const { stores } = this.house;
    for (const [order_id, { member, lines, lot }] of this.orders) {
      const of = { order_id, program_id: member.programId };
      for (const [line_id, { totalMinor, points, refundedMinor, clawed }] of lines) {
        stores.add('loyalty', 'loyalty_earned_lines', {
          ...of,
          line_id,
          total_minor: totalMinor,
          points,
          refunded_minor: refundedMinor,
          clawed_points: clawed,
        });
      }
      if (lot) {
        const { id, receiptId, earned, remaining, moved } = lot;
        stores.add('loyalty', 'loyalty_lots', {
          id,
          ...of,
          member_id: member.id,
          receipt_id: receiptId,
          earned,
          remaining,
          funder: `merchant:${member.merchantId}`,
          source: 'order',
          earned_at: storyAt,
        });
        for (const [receipt_id, points] of moved)
          stores.add('loyalty', 'loyalty_lot_movements', { lot_id: id, receipt_id, points, effective_at: storyAt });
      }
    }
  }

  private upgrade(member: Member, programId: string): void {
    this.raised.add(member.id);
    const snapshot = {
      member_id: member.id,
      program_id: programId,
      from_tier: 'bronze',
      to_tier: 'silver',
      qualifying_points: member.qualifyingPoints,
    };
    this.house.stores.add('loyalty', 'loyalty_tier_snapshots', {
      id: newId(),
      ...snapshot,
      caused_by: 'order',
      changed_at: storyAt,
    });
    this.house.say('loyalty', tierUpgraded, member.id, {
      memberId: member.id,
      programId,
      merchantId: member.merchantId,
      fromTier: 'bronze',
      toTier: 'silver',
    });
    this.post.mail({
      userId: member.id,
      merchantId: member.merchantId,
      recipient: member.email,
      template: 'tier_upgraded',
      intent: `tier_upgraded:${programId}:silver`,
    });
  }

  private receipt(receipt: {
    id: string;
    kind: string;
    member: Member;
    orderId: string;
    refundId: string | null;
    points: number;
    reason: string;
    lines: OrderLine[];
  }): void {
    const { id, kind, member, orderId, refundId, points, reason, lines } = receipt;
    const of = {
      member_id: member.id,
      program_id: member.programId,
      merchant_id: member.merchantId,
      program_version: 1,
      order_id: orderId,
      refund_id: refundId,
    };
    const steps = [{ step: 'round', detail: 'down to whole points', value: points }];
    const input = { lines: lines.map((line) => ({ line_id: line.id, total_minor: line.totalMinor })) };
    this.house.stores.add('loyalty', 'loyalty_receipts', {
      id,
      kind,
      ...of,
      points,
      qualifying_points: points,
      balance_after: member.points,
      reason,
      steps,
      input,
      issued_at: storyAt,
    });
  }
}
