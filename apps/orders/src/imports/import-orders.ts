import { Injectable } from '@nestjs/common';
import { Transactions } from '@florin/database';
import { Idempotency, ok, type Answered, type IdempotentRequest } from '@florin/http';
import { ImportSet, type Importer } from './import-set';
import type { ImportOrdersDto, ImportOutcomeDto, ImportReportDto } from './imports.dto';

/** Takes over completed orders of an older system: history for loyalty and analytics, without stock or payment. */
@Injectable()
export class ImportOrders {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly importSet: ImportSet,
  ) {}

  /**
   * Imports up to 1,000 orders in one transaction, once per idempotency key. An external number that is known answers
   * with its order, or with `external_number_reused` when it was another order.
   */
  execute(request: IdempotentRequest, importer: Importer, input: ImportOrdersDto): Promise<Answered<ImportReportDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () =>
        ok(reportOf(await this.importSet.execute(tx, importer, input.orders))),
      ),
    );
  }
}

function reportOf(orders: ImportOutcomeDto[]): ImportReportDto {
  const count = (outcome: ImportOutcomeDto['outcome']) => orders.filter((order) => order.outcome === outcome).length;
  return {
    imported: count('imported'),
    already_imported: count('already_imported'),
    refused: count('refused'),
    orders,
  };
}
