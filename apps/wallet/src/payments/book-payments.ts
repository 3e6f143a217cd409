import type { Tx } from '@florin/database';
import { assert } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { clearingAccount, salesAccount } from '../accounts/money-accounts';
import { LogPayments } from './log-payments';
import type { CapturedPart, Payment } from './payment';
import { PaymentOutcomes } from './payment-outcomes';

/** Goes on with payments made through the API: each part that was taken is a sale of the merchant, and how they stand is said. */
@Injectable()
export class BookPayments implements OnModuleInit {
  constructor(
    private readonly outcomes: PaymentOutcomes,
    private readonly logPayments: LogPayments,
    private readonly ledger: Ledger,
  ) {}

  onModuleInit(): void {
    this.outcomes.on('direct', (tx, payments, parts) => this.within(tx, payments, parts));
  }

  async within(tx: Tx, payments: readonly Payment[], parts: readonly CapturedPart[]): Promise<void> {
    const byId = new Map(payments.map((payment) => [payment.id, payment]));
    const taken = parts.flatMap((part) => {
      const payment = byId.get(part.paymentId);
      return payment ? [{ part, payment }] : [];
    });
    if (taken.length > 0) await this.book(tx, taken);
    await this.logPayments.changed(tx, payments);
  }

  private async book(tx: Tx, taken: readonly { part: CapturedPart; payment: Payment }[]): Promise<void> {
    const accounts = taken.flatMap(({ payment: { merchantId, currency } }) => [
      { code: salesAccount(merchantId, currency), asset: currency, allowNegative: true },
      { code: clearingAccount(merchantId, currency), asset: currency, allowNegative: true },
    ]);
    await this.ledger.open(tx, [...new Map(accounts.map((account) => [account.code, account])).values()]);
    const posted = await this.ledger.post(
      tx,
      taken.map(({ part, payment: { id, merchantId, currency } }) => ({
        key: `payment-capture:${part.id}`,
        kind: 'card_payment',
        reference: `payment:${id}`,
        postings: [
          { account: clearingAccount(merchantId, currency), amountMinor: -part.amountMinor },
          { account: salesAccount(merchantId, currency), amountMinor: part.amountMinor },
        ],
      })),
    );
    for (const answer of posted)
      assert(answer.ok, `what was taken is always postable: ${answer.ok ? '' : answer.detail}`);
  }
}
