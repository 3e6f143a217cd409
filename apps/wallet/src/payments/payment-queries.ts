import { Reads, Transactions, type Tx } from '@florin/database';
import { Answered, decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { hourMs, present, Refusal, secondMs, sleep } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { CaptureDto } from './capture.dto';
import type { PaymentDetailDto, PaymentDto, PaymentsQuery, PaymentStepDto } from './payment.dto';
import { firstIdOf } from './time-of-ids';

const columns = `id, purpose, order_id, member_id, currency, amount_minor, captured_minor, capturing_minor, refunded_minor, settled_minor, fee_minor, processor,
  provider_reference, state, decline_code, description, attempts, expires_at, settled_at, created_at, updated_at`;

const captureColumns = `id, payment_id, amount_minor, final, state, refunded_minor, provider_reference, failure_code, requested_by, created_at, settled_at`;

const lookEveryMs = 100;
const mostSteps = 500;

/** A payment that was just written, as it is answered. */
export async function readPayment(tx: Tx, merchantId: string, id: string): Promise<PaymentDto> {
  const [payment] = await tx.query<PaymentDto>(
    `SELECT ${columns} FROM payment_transactions WHERE id = $1 AND merchant_id = $2`,
    [id, merchantId],
  );
  return present(payment, 'a payment that was just asked for is there');
}

export async function readCapture(tx: Tx, id: string): Promise<CaptureDto> {
  const [capture] = await tx.query<CaptureDto>(`SELECT ${captureColumns} FROM payment_captures WHERE id = $1`, [id]);
  return present(capture, 'a capture that was just asked for is there');
}

/** Payments, newest first; a member sees their own, staff those of their merchant. Card tokens are never shown. */
@Injectable()
export class PaymentQueries {
  constructor(
    private readonly reads: Reads,
    private readonly transactions: Transactions,
  ) {}

  async list(merchantId: string, onlyOf: string | undefined, query: PaymentsQuery): Promise<Page<PaymentDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    // Ids are made in the order of time: their bounds walk the index, the instants decide.
    const firstId = query.from && firstIdOf(new Date(query.from.getTime() - hourMs));
    const endId = query.to && firstIdOf(new Date(query.to.getTime() + hourMs));
    // The state is one of our own words, written into the text so that the index of the few that stand apart can be used.
    const ofState = query.state === undefined ? '' : `AND state = '${query.state}'`;
    const rows = await this.reads.query<PaymentDto>(
      `SELECT ${columns} FROM payment_transactions
       WHERE merchant_id = $1 AND ($2::uuid IS NULL OR member_id = $2::uuid) AND ($3::uuid IS NULL OR order_id = $3::uuid)
         AND ($4::uuid IS NULL OR id < $4::uuid) AND ($6::uuid IS NULL OR member_id = $6::uuid) AND ($7::text IS NULL OR processor = $7)
         AND id >= coalesce($8::uuid, '00000000-0000-0000-0000-000000000000') AND id < coalesce($9::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
         AND created_at >= coalesce($10::timestamptz, '-infinity') AND created_at < coalesce($11::timestamptz, 'infinity') ${ofState}
       ORDER BY id DESC LIMIT $5`,
      [
        merchantId,
        onlyOf ?? null,
        query.order_id ?? null,
        after?.id ?? null,
        query.limit + 1,
        query.member_id ?? null,
        query.processor ?? null,
        firstId ?? null,
        endId ?? null,
        query.from ?? null,
        query.to ?? null,
      ],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  async one(merchantId: string, onlyOf: string | undefined, id: string): Promise<PaymentDetailDto> {
    const [payment] = await this.reads.query<PaymentDto>(
      `SELECT ${columns} FROM payment_transactions WHERE id = $1 AND merchant_id = $2 AND ($3::uuid IS NULL OR member_id = $3::uuid)`,
      [id, merchantId, onlyOf ?? null],
    );
    if (!payment) throw notFound();
    return { ...payment, steps: await this.stepsOf(id, null, mostSteps) };
  }

  /** Every change of a payment and of its refunds, oldest first. */
  async steps(
    merchantId: string,
    onlyOf: string | undefined,
    id: string,
    query: PageQuery,
  ): Promise<Page<PaymentStepDto>> {
    await this.mustBeSeen(merchantId, onlyOf, id);
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.stepsOf(id, after?.id ?? null, query.limit + 1);
    const { data, ...more } = page(rows, query.limit, (step) => ({ id: step.id }));
    return { data: data.map(({ id: _, ...step }) => step), ...more };
  }

  async captures(
    merchantId: string,
    onlyOf: string | undefined,
    id: string,
    query: PageQuery,
  ): Promise<Page<CaptureDto>> {
    await this.mustBeSeen(merchantId, onlyOf, id);
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<CaptureDto>(
      `SELECT ${captureColumns} FROM payment_captures WHERE payment_id = $1 AND ($2::uuid IS NULL OR id > $2::uuid) ORDER BY id LIMIT $3`,
      [id, after?.id ?? null, query.limit + 1],
    );
    return page(rows, query.limit, (capture) => ({ id: capture.id }));
  }

  /** How the payment stands once nothing more is asked about it (201), or what was asked for (202). */
  async awaitRest(merchantId: string, asked: Answered<PaymentDto>, waitSeconds: number): Promise<Answered<PaymentDto>> {
    const until = Date.now() + waitSeconds * secondMs;
    while (Date.now() < until) {
      const isResting = await this.transactions.run(async (tx) => {
        const [row] = await tx.query<{ action: string | null; state: string }>(
          'SELECT action, state FROM payment_transactions WHERE id = $1',
          [asked.body.id],
        );
        return row?.action === null ? readPayment(tx, merchantId, asked.body.id) : undefined;
      });
      if (isResting) return new Answered(201, isResting, asked.replayed);
      await sleep(lookEveryMs);
    }
    return asked;
  }

  async awaitCapture(asked: Answered<CaptureDto>, waitSeconds: number): Promise<Answered<CaptureDto>> {
    const until = Date.now() + waitSeconds * secondMs;
    while (Date.now() < until) {
      const capture = await this.transactions.run((tx) => readCapture(tx, asked.body.id));
      if (capture.state !== 'requested') return new Answered(201, capture, asked.replayed);
      await sleep(lookEveryMs);
    }
    return asked;
  }

  private stepsOf(id: string, afterId: string | null, limit: number): Promise<(PaymentStepDto & { id: string })[]> {
    return this.reads.query(
      `SELECT id, refund_id, from_state, to_state, learned_from, detail, actor, reason, amount_before_minor, amount_after_minor, happened_at
       FROM payment_steps WHERE payment_id = $1 AND ($2::uuid IS NULL OR id > $2::uuid) ORDER BY id LIMIT $3`,
      [id, afterId, limit],
    );
  }

  private async mustBeSeen(merchantId: string, onlyOf: string | undefined, id: string): Promise<void> {
    const [payment] = await this.reads.query(
      'SELECT 1 FROM payment_transactions WHERE id = $1 AND merchant_id = $2 AND ($3::uuid IS NULL OR member_id = $3::uuid)',
      [id, merchantId, onlyOf ?? null],
    );
    if (!payment) throw notFound();
  }
}

const notFound = (): Refusal => new Refusal('not_found', 'payment_not_found', 'There is no such payment.');
