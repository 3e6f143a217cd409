import { Reads, Transactions, type Tx } from '@florin/database';
import { Answered, decodeCursor, page, type Page } from '@florin/http';
import { present, Refusal, secondMs, sleep } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { RefundDto, RefundsQuery } from './refund.dto';

const columns = `id, payment_id, capture_id, order_id, member_id, currency, card_minor AS amount_minor, wallet_minor, reason, state, provider_reference,
  failure_code, attempt, requested_by, created_at, settled_at`;

const lookEveryMs = 100;
const open: ReadonlySet<string> = new Set(['requested', 'pending', 'unknown']);

/** A refund that was just written, as it is answered. */
export async function readRefund(tx: Tx, merchantId: string, id: string): Promise<RefundDto> {
  const [refund] = await tx.query<RefundDto>(
    `SELECT ${columns} FROM payment_refunds WHERE id = $1 AND merchant_id = $2`,
    [id, merchantId],
  );
  return present(refund, 'a refund that was just asked for is there');
}

/** Refunds of a merchant, newest first; a member sees those of their own payments. */
@Injectable()
export class RefundQueries {
  constructor(
    private readonly reads: Reads,
    private readonly transactions: Transactions,
  ) {}

  async list(merchantId: string, query: RefundsQuery): Promise<Page<RefundDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<RefundDto>(
      `SELECT ${columns} FROM payment_refunds
       WHERE merchant_id = $1 AND ($2::text IS NULL OR state = $2) AND ($3::uuid IS NULL OR id < $3::uuid) ORDER BY id DESC LIMIT $4`,
      [merchantId, query.state ?? null, after?.id ?? null, query.limit + 1],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  async ofPayment(
    merchantId: string,
    onlyOf: string | undefined,
    paymentId: string,
    query: RefundsQuery,
  ): Promise<Page<RefundDto>> {
    const [payment] = await this.reads.query(
      'SELECT 1 FROM payment_transactions WHERE id = $1 AND merchant_id = $2 AND ($3::uuid IS NULL OR member_id = $3::uuid)',
      [paymentId, merchantId, onlyOf ?? null],
    );
    if (!payment) throw new Refusal('not_found', 'payment_not_found', 'There is no such payment.');
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<RefundDto>(
      `SELECT ${columns} FROM payment_refunds
       WHERE payment_id = $1 AND ($2::text IS NULL OR state = $2) AND ($3::uuid IS NULL OR id < $3::uuid) ORDER BY id DESC LIMIT $4`,
      [paymentId, query.state ?? null, after?.id ?? null, query.limit + 1],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  /** How the refund ended with 201, or what was asked for with 202 when it has not ended in time. */
  async awaitEnd(merchantId: string, asked: Answered<RefundDto>, waitSeconds: number): Promise<Answered<RefundDto>> {
    const until = Date.now() + waitSeconds * secondMs;
    while (Date.now() < until) {
      const refund = await this.transactions.run((tx) => readRefund(tx, merchantId, asked.body.id));
      if (!open.has(refund.state)) return new Answered(201, refund, asked.replayed);
      await sleep(lookEveryMs);
    }
    return asked;
  }
}
