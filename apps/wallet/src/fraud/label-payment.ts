import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { LabelDto, SaveLabelDto } from './fraud.dto';
import { LabelsRepository } from './labels.repository';

/** Writes down what a payment turned out to be: a chargeback, or what staff found out. The model learns from it. */
@Injectable()
export class LabelPayment {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly labels: LabelsRepository,
  ) {}

  /** The newest word of a source counts. Refuses with 404 a payment that was never decided about here. */
  execute(
    { merchantId, subject }: Caller,
    request: IdempotentRequest,
    input: SaveLabelDto,
  ): Promise<Answered<LabelDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const label = await this.labels.save(tx, merchantId, subject, input);
        if (!label) throw new Refusal('not_found', 'payment_not_found', 'There is no such payment.');
        return ok(label);
      }),
    );
  }
}
