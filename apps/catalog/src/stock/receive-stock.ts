import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { FindVariant } from '../products/find-variant';
import type { StockLevelDto, StockReceiptDto } from './stock.dto';
import { StockQueries } from './stock-queries';
import { StockRepository } from './stock.repository';

/** Books units that came in for one variant of the caller's merchant. Refuses with 404 when the variant is not theirs. */
@Injectable()
export class ReceiveStock {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly findVariant: FindVariant,
    private readonly stock: StockRepository,
    private readonly queries: StockQueries,
  ) {}

  execute(caller: Caller, request: IdempotentRequest, receipt: StockReceiptDto): Promise<Answered<StockLevelDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const owner = await this.findVariant.merchantOf(tx, receipt.variant_id);
        if (owner !== caller.merchantId)
          throw Refusal.field('not_found', 'variant_id', 'variant_not_found', 'There is no such variant.');
        await this.stock.openItems(tx, [{ variantId: receipt.variant_id, merchantId: owner }]);
        await this.stock.lockAvailable(tx, [receipt.variant_id]);
        await this.stock.move(tx, [
          {
            variantId: receipt.variant_id,
            kind: 'receipt',
            received: receipt.quantity,
            available: receipt.quantity,
            reference: receipt.reference,
          },
        ]);
        return created(await this.queries.level(tx, owner, receipt.variant_id));
      }),
    );
  }
}
