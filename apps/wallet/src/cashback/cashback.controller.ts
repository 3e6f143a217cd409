import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Reads } from '@florin/database';
import { Answers, decodeCursor, IsCurrency, IsId, IsMinor, page, type Page, PageQuery } from '@florin/http';
import { Controller, Get, Query } from '@nestjs/common';
import { IsDate, IsIn } from 'class-validator';

export class CashbackDto {
  @IsId()
  id: string;

  @IsId()
  order_id: string;

  @IsCurrency()
  currency: string;

  @IsMinor()
  amount_minor: number;

  /** What refunds took back of it. */
  @IsMinor()
  reversed_minor: number;

  @IsIn(['pending', 'payable', 'declined'])
  state: string;

  @IsDate()
  payable_at: Date;
}

@Controller('cashback')
export class CashbackController {
  constructor(private readonly reads: Reads) {}

  /** The caller's own cashback, newest first. */
  @Get()
  @Requires('wallet.own:read')
  @Answers(CashbackDto, { page: true })
  async mine(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<CashbackDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<CashbackDto>(
      `SELECT id, order_id, currency, amount_minor, reversed_minor, state, payable_at FROM wallet_cashback
       WHERE member_id = $1 AND merchant_id = $2 AND ($3::uuid IS NULL OR id < $3::uuid) ORDER BY id DESC LIMIT $4`,
      [caller.subject, caller.merchantId, after?.id ?? null, query.limit + 1],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }
}
