import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { present, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { WithdrawalDetailDto, WithdrawalDto, WithdrawalsQuery } from './withdrawal.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

const view = `withdrawal.id, withdrawal.member_id, beneficiary_id, iban_masked, currency, amount_minor, fee_minor, amount_minor - fee_minor AS payout_minor,
  state, approvals_needed, approvals_given, batch_id, provider, provider_reference, failure_code, withdrawal.created_at, updated_at, settled_at`;
const from = `wallet_withdrawals AS withdrawal JOIN payout_beneficiaries AS beneficiary ON beneficiary.id = withdrawal.beneficiary_id`;

/** Withdrawals, newest first; a member sees their own, staff those of their merchant. */
@Injectable()
export class WithdrawalQueries {
  constructor(private readonly reads: Reads) {}

  async list(merchantId: string, onlyOf: string | undefined, query: WithdrawalsQuery): Promise<Page<WithdrawalDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<WithdrawalDto>(
      `SELECT ${view} FROM ${from}
       WHERE withdrawal.merchant_id = $1 AND ($2::uuid IS NULL OR withdrawal.member_id = $2::uuid)
         AND ($3::uuid IS NULL OR withdrawal.member_id = $3::uuid) AND ($4::text IS NULL OR state = $4::text)
         AND ($5::text IS NULL OR currency = $5::text) AND ($6::uuid IS NULL OR batch_id = $6::uuid)
         AND ($7::uuid IS NULL OR withdrawal.id < $7::uuid)
       ORDER BY withdrawal.id DESC LIMIT $8`,
      [
        merchantId,
        onlyOf ?? null,
        query.member_id ?? null,
        query.state ?? null,
        query.currency ?? null,
        query.batch_id ?? null,
        after?.id ?? null,
        query.limit + 1,
      ],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  /** One with its history. */
  async one(merchantId: string, onlyOf: string | undefined, id: string): Promise<WithdrawalDetailDto> {
    const found = await this.find(this.reads, merchantId, onlyOf, id);
    if (!found) throw withdrawalNotFound();
    return found;
  }

  /** The same for who has just written it. */
  async saved(source: Queries, merchantId: string, id: string): Promise<WithdrawalDetailDto> {
    return present(await this.find(source, merchantId, undefined, id), 'a withdrawal that was just saved is there');
  }

  private async find(
    source: Queries,
    merchantId: string,
    onlyOf: string | undefined,
    id: string,
  ): Promise<WithdrawalDetailDto | undefined> {
    const [found] = await source.query<WithdrawalDetailDto>(
      `SELECT ${view},
         (SELECT coalesce(json_agg(json_build_object('from_state', from_state, 'to_state', to_state, 'learned_from', learned_from, 'actor', actor,
                   'evidence', evidence, 'detail', detail, 'happened_at', happened_at) ORDER BY id), '[]')
          FROM withdrawal_steps WHERE withdrawal_id = withdrawal.id) AS steps
       FROM ${from} WHERE withdrawal.id = $1 AND withdrawal.merchant_id = $2 AND ($3::uuid IS NULL OR withdrawal.member_id = $3::uuid)`,
      [id, merchantId, onlyOf ?? null],
    );
    return found;
  }
}

export function withdrawalNotFound(): Refusal {
  return new Refusal('not_found', 'withdrawal_not_found', 'There is no such withdrawal.');
}
