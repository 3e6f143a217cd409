import { Inject, Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import { hashOf, Refusal, type Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import type { ItemRecord, OrderRecord } from '../orders/order-records';
import { SettleOrders } from '../orders/settle-orders';
import { WriteOrders } from '../orders/write-orders';
import { PriceList } from '../products/price-list';
import { importedOrder } from './imported-order';
import type { ImportedOrderDto, ImportOutcomeDto } from './imports.dto';
import { ImportsRepository } from './imports.repository';

export interface Importer {
  subject: string;
  merchantId: string;
}

type Candidate = { input: ImportedOrderDto; inputHash: string; order: OrderRecord; items: ItemRecord[] };

/** Imports a set of orders inside a transaction, with a constant number of statements; one that is refused leaves the others alone. */
@Injectable()
export class ImportSet {
  constructor(
    private readonly priceList: PriceList,
    private readonly imports: ImportsRepository,
    private readonly writeOrders: WriteOrders,
    private readonly settleOrders: SettleOrders,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One outcome per order, in order. Says `orders.order.completed` with the time of placing for each that is new. */
  async execute(tx: Tx, importer: Importer, inputs: readonly ImportedOrderDto[]): Promise<ImportOutcomeDto[]> {
    const now = this.clock.now();
    const [currencies, variants, numbers] = await Promise.all([
      this.priceList.currencies(tx, [importer.merchantId]),
      this.priceList.variants(
        tx,
        inputs.flatMap((order) => order.lines.map((line) => line.variant_id)),
      ),
      this.writeOrders.numbers(tx, inputs.length, now),
    ]);
    const currency = currencies.get(importer.merchantId);
    if (!currency) throw new Refusal('unprocessable', 'merchant_unknown', 'There is no such merchant.');
    const candidates = new Map<string, Candidate>();
    const outcomes = inputs.map((input, index): ImportOutcomeDto | undefined => {
      const inputHash = hashOf(input);
      const twin = candidates.get(input.external_number);
      if (twin) return twin.inputHash === inputHash ? undefined : refused(input, reused());
      try {
        const context = { merchantId: importer.merchantId, currency, variants, number: numbers[index] ?? '', now };
        candidates.set(input.external_number, { input, inputHash, ...importedOrder(input, context) });
        return undefined;
      } catch (error) {
        if (error instanceof Refusal) return refused(input, error);
        throw error;
      }
    });
    const written = await this.write(tx, importer, [...candidates.values()], now);
    return outcomes.map(
      (outcome, index) => outcome ?? (written.get(inputs[index]?.external_number ?? '') as ImportOutcomeDto),
    );
  }

  private async write(
    tx: Tx,
    importer: Importer,
    candidates: readonly Candidate[],
    now: Date,
  ): Promise<Map<string, ImportOutcomeDto>> {
    const claims = candidates.map(({ input, inputHash, order }) => ({
      external_number: input.external_number,
      order_id: order.id,
      input_hash: inputHash,
    }));
    const claimed = await this.imports.claim(tx, importer.merchantId, claims, now);
    const fresh = candidates.filter(({ input }) => claimed.has(input.external_number));
    const known = candidates.filter(({ input }) => !claimed.has(input.external_number));
    const earlier = new Map(
      (known.length > 0
        ? await this.imports.find(
            tx,
            importer.merchantId,
            known.map(({ input }) => input.external_number),
          )
        : []
      ).map((row) => [row.external_number, row]),
    );
    if (fresh.length > 0) {
      const history = fresh.map(({ order }) => ({
        order_id: order.id,
        status: 'completed',
        actor: `import:${importer.subject}`,
        at: now,
      }));
      await Promise.all([
        this.writeOrders.execute(
          tx,
          fresh.map(({ order }) => order),
          fresh.flatMap(({ items }) => items),
          history,
        ),
        this.settleOrders.sayCompleted(
          tx,
          fresh.map(({ order, items }) => ({ order, items, completedAt: order.placed_at })),
        ),
      ]);
    }
    const outcomeOf = ({ input, inputHash, order }: Candidate): ImportOutcomeDto => {
      const before = earlier.get(input.external_number);
      if (!before) return { external_number: input.external_number, outcome: 'imported', order_id: order.id };
      if (before.input_hash !== inputHash) return refused(input, reused());
      return { external_number: input.external_number, outcome: 'already_imported', order_id: before.order_id };
    };
    return new Map(candidates.map((candidate) => [candidate.input.external_number, outcomeOf(candidate)]));
  }
}

function reused(): Refusal {
  return new Refusal('conflict', 'external_number_reused', 'Another order was imported under this number.');
}

function refused(input: ImportedOrderDto, refusal: Refusal): ImportOutcomeDto {
  return {
    external_number: input.external_number,
    outcome: 'refused',
    refusal_code: refusal.code,
    refusal_reason: refusal.message,
  };
}
