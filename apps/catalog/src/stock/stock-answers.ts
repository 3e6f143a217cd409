import { causeOf, type Envelope, stockConfirmed, stockRefused, stockReleased, stockReserved } from '@florin/contracts';
import type { Tx } from '@florin/database';
import type { Cause } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import type { CheckoutState, SettledCheckout } from './stock.repository';

type Asked = Envelope<{ checkoutId: string }>;

export interface Said<T> {
  subject: string;
  data: T;
  merchantId?: string;
  cause: Cause;
}

/** What stock says back to the checkout that asked. */
@Injectable()
export class StockAnswers {
  constructor(private readonly outbox: Outbox) {}

  /** One answer, caused by the message that asked. */
  to<T>(asked: Asked, data: T): Said<T> {
    return {
      subject: asked.data.checkoutId,
      data,
      merchantId: asked.merchantid,
      cause: causeOf(asked),
    };
  }

  /** Says again how checkouts stand that were decided before: a saga that asks twice hears the same twice. */
  async repeat(tx: Tx, asked: readonly Asked[], known: ReadonlyMap<string, SettledCheckout>): Promise<void> {
    const inState = (state: CheckoutState) => asked.filter(({ data }) => known.get(data.checkoutId)?.state === state);
    await this.outbox.addAll(
      tx,
      stockReserved,
      inState('reserved').map((each) =>
        this.to(each, {
          checkoutId: each.data.checkoutId,
          expiresAt: (known.get(each.data.checkoutId)?.expiresAt ?? new Date()).toISOString(),
        }),
      ),
    );
    await this.outbox.addAll(
      tx,
      stockRefused,
      inState('refused').map((each) => this.to(each, { checkoutId: each.data.checkoutId, shortages: [] })),
    );
    await this.confirmed(tx, inState('confirmed'));
    await this.outbox.addAll(
      tx,
      stockReleased,
      inState('released').map((each) =>
        this.to(each, {
          checkoutId: each.data.checkoutId,
          reason: known.get(each.data.checkoutId)?.reason ?? 'released',
        }),
      ),
    );
  }

  async confirmed(tx: Tx, asked: readonly Asked[]): Promise<void> {
    await this.outbox.addAll(
      tx,
      stockConfirmed,
      asked.map((each) => this.to(each, { checkoutId: each.data.checkoutId })),
    );
  }

  async released(tx: Tx, checkouts: readonly { asked?: Asked; checkoutId: string; reason: string }[]): Promise<void> {
    await this.outbox.addAll(
      tx,
      stockReleased,
      checkouts.map(({ asked, checkoutId, reason }) =>
        asked ? this.to(asked, { checkoutId, reason }) : { subject: checkoutId, data: { checkoutId, reason } },
      ),
    );
  }
}
