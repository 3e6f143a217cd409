import type { Tx } from '@florin/database';
import { paymentsByState } from '../metrics';
import { Injectable } from '@nestjs/common';
import { LogPayments } from './log-payments';
import type { Payment } from './payment';
import { PaymentsRepository } from './payments.repository';
import { type SettlementLine, SettlementsRepository } from './settlements.repository';

/** What became of a line: all of the payment is settled, part of it, or why nothing was. */
export type SettlementOutcome =
  | { outcome: 'settled' | 'partly' | 'known'; paymentId: string }
  | { outcome: 'unknown_payment'; paymentId?: undefined }
  | { outcome: 'mismatch'; paymentId: string; detail: string };

/**
 * Writes down what statements of processors say was paid out to us, line by line: gross amount and fee in minor units of
 * the payment's currency. A line counts once, by its reference; one that does not fit its payment changes nothing.
 */
@Injectable()
export class SettlePayments {
  constructor(
    private readonly payments: PaymentsRepository,
    private readonly settlements: SettlementsRepository,
    private readonly logPayments: LogPayments,
  ) {}

  /** Gives what became of each line, in order. Locks the payments; books nothing, as the statement's money is the caller's to book. */
  async within(tx: Tx, lines: readonly SettlementLine[]): Promise<SettlementOutcome[]> {
    const ids = await this.settlements.paymentsOf(tx, lines);
    const locked = await this.payments.lock(tx, [...new Set(ids.flatMap((id) => id ?? []))]);
    const standing = new Map(locked.map((payment) => [payment.id, payment]));
    const settledMinor = await this.settlements.settledOf(tx, [...standing.keys()]);
    const known = await this.settlements.known(tx, lines);
    const accepted: { line: SettlementLine; payment: Payment }[] = [];
    const outcomes = lines.map((line, index): SettlementOutcome => {
      const payment = standing.get(ids[index] ?? '');
      if (!payment) return { outcome: 'unknown_payment' };
      const key = `${line.merchantId} ${line.reference}`;
      if (known.has(key)) return { outcome: 'known', paymentId: payment.id };
      const already = settledMinor.get(payment.id) ?? 0;
      const detail = faultOf(line, payment, already);
      if (detail !== undefined) return { outcome: 'mismatch', paymentId: payment.id, detail };
      known.add(key);
      settledMinor.set(payment.id, already + line.amountMinor);
      accepted.push({ line, payment });
      const isWhole = already + line.amountMinor === payment.capturedMinor && payment.state === 'captured';
      return { outcome: isWhole ? 'settled' : 'partly', paymentId: payment.id };
    });
    await this.write(tx, accepted, settledMinor);
    return outcomes;
  }

  private async write(
    tx: Tx,
    accepted: readonly { line: SettlementLine; payment: Payment }[],
    settledMinor: ReadonlyMap<string, number>,
  ): Promise<void> {
    if (accepted.length === 0) return;
    const payments = [...new Map(accepted.map(({ payment }) => [payment.id, payment])).values()];
    const changes = payments.map((payment) => {
      const lines = accepted.filter((each) => each.payment.id === payment.id).map(({ line }) => line);
      const isWhole = settledMinor.get(payment.id) === payment.capturedMinor && payment.state === 'captured';
      return { payment, lines, state: isWhole ? ('settled' as const) : payment.state };
    });
    await this.settlements.insert(tx, accepted);
    await this.payments.settle(
      tx,
      changes.map(({ payment, lines, state }) => ({
        id: payment.id,
        state,
        amountMinor: lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
        feeMinor: feeOf(lines),
        at: new Date(Math.max(...lines.map(({ at }) => at.getTime()))),
      })),
    );
    const moved = changes.filter(({ state, payment }) => state !== payment.state);
    await this.payments.insertSteps(
      tx,
      moved.map(({ payment, lines, state }) => ({
        paymentId: payment.id,
        fromState: payment.state,
        toState: state,
        learnedFrom: 'settlement' as const,
        detail: lines.at(-1)?.reference ?? null,
        actor: payment.processor,
        before: payment.capturedMinor,
        after: payment.capturedMinor,
      })),
    );
    await this.logPayments.changed(
      tx,
      moved.map(({ payment, state }) => ({ ...payment, state })),
    );
    if (moved.length > 0) paymentsByState.inc({ state: 'settled' }, moved.length);
  }
}

function faultOf(line: SettlementLine, payment: Payment, already: number): string | undefined {
  if (line.currency !== payment.currency) return `the payment is in ${payment.currency}`;
  if (line.amountMinor <= 0) return 'only money that came in settles a payment';
  if (already + line.amountMinor > payment.capturedMinor)
    return `${payment.capturedMinor} was taken, ${already} is settled already`;
  return undefined;
}

function feeOf(lines: readonly SettlementLine[]): number | null {
  const fees = lines.flatMap(({ feeMinor }) => feeMinor ?? []);
  return fees.length === 0 ? null : fees.reduce((sum, fee) => sum + fee, 0);
}
