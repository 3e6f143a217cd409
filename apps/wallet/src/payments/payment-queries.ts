import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { PaymentDetailDto, PaymentDto, PaymentsQuery } from './payment.dto';

const columns = `id, purpose, order_id, member_id, currency, amount_minor, captured_minor, refunded_minor, processor, provider_reference, state,
  decline_code, attempts, created_at, updated_at`;

/** Payments, newest first; a member sees their own, staff those of their merchant. Card tokens are never shown. */
@Injectable()
export class PaymentQueries {
  constructor(private readonly reads: Reads) {}

  async list(merchantId: string, onlyOf: string | undefined, query: PaymentsQuery): Promise<Page<PaymentDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<PaymentDto>(
      `SELECT ${columns} FROM payment_transactions
       WHERE merchant_id = $1 AND ($2::uuid IS NULL OR member_id = $2::uuid) AND ($3::uuid IS NULL OR order_id = $3::uuid)
         AND ($4::uuid IS NULL OR id < $4::uuid)
       ORDER BY id DESC LIMIT $5`,
      [merchantId, onlyOf ?? null, query.order_id ?? null, after?.id ?? null, query.limit + 1],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  async one(merchantId: string, onlyOf: string | undefined, id: string): Promise<PaymentDetailDto> {
    const [payment] = await this.reads.query<PaymentDetailDto>(
      `SELECT ${columns}, (SELECT coalesce(json_agg(json_build_object('from_state', from_state, 'to_state', to_state, 'learned_from', learned_from,
                'detail', detail, 'happened_at', happened_at) ORDER BY id), '[]') FROM payment_steps WHERE payment_id = payment.id) AS steps
       FROM payment_transactions AS payment
       WHERE id = $1 AND merchant_id = $2 AND ($3::uuid IS NULL OR member_id = $3::uuid)`,
      [id, merchantId, onlyOf ?? null],
    );
    if (!payment) throw new Refusal('not_found', 'payment_not_found', 'There is no such payment.');
    return payment;
  }
}
