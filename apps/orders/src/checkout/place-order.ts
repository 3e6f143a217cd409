import { Injectable } from '@nestjs/common';
import { CoalescingWriter, Transactions, type Outcome, type Tx } from '@florin/database';
import { accepted, Idempotency, type Answer, type Answered, type IdempotentRequest } from '@florin/http';
import { Refusal, type Cause } from '@florin/kernel';
import { receiptOf, type OrderReceiptDto } from './checkout.dto';
import { placeOrder, type PlaceCommand, type PlaceFacts, type Placement } from './placement';
import { Placements } from './placements';

interface Item {
  request: IdempotentRequest;
  command: PlaceCommand;
}

/** As many shoppers as may share one transaction, and as many as may wait before one more is told to come back. */
const maxBatch = 64;
const maxQueue = 2_000;

/** Turns a cart into an order at a frozen price and asks for stock and money, all in one transaction that shoppers share. */
@Injectable()
export class PlaceOrder {
  private readonly writer: CoalescingWriter<Item, Answered<OrderReceiptDto>>;

  constructor(
    transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly placements: Placements,
  ) {
    const decide = (
      tx: Tx,
      items: Item[],
      causes: (Cause | undefined)[],
    ): Promise<Outcome<Answered<OrderReceiptDto>>[]> =>
      this.idempotency.onceAll(
        tx,
        items.map(({ request, command }, index) => ({ request, item: { command, cause: causes[index] } })),
        (fresh) => this.decide(tx, fresh),
      );
    this.writer = new CoalescingWriter({ name: 'orders', maxBatch, maxQueue, decide }, transactions);
  }

  /** Places one order, once per idempotency key; answers 202 with the receipt. The refusals are those of `placeOrder` in placement.ts. */
  execute(request: IdempotentRequest, command: PlaceCommand): Promise<Answered<OrderReceiptDto>> {
    return this.writer.submit({ request, command });
  }

  private async decide(
    tx: Tx,
    items: { command: PlaceCommand; cause: Cause | undefined }[],
  ): Promise<Outcome<Answer<OrderReceiptDto>>[]> {
    const facts = await this.placements.read(
      tx,
      items.map((item) => item.command),
    );
    const placed: Placement[] = [];
    const outcomes = items.map(({ command, cause }, index): Outcome<Answer<OrderReceiptDto>> => {
      try {
        const placement = { ...placeOrder(command, facts[index] as PlaceFacts), cause };
        placed.push(placement);
        return { ok: true, value: accepted(receiptOf(placement.order)) };
      } catch (error) {
        if (error instanceof Refusal) return { ok: false, refusal: error };
        throw error;
      }
    });
    await this.placements.write(tx, placed);
    return outcomes;
  }
}
