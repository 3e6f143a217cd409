import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Answers, type Page } from '@florin/http';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { CompositionQuery, LineageMatchDto, LineageQuery, LineageRestDto } from './lineage.dto';
import { LineageQueries } from './lineage-queries';

@Controller('ledger/accounts')
export class LineageController {
  constructor(private readonly queries: LineageQueries) {}

  /** Which credit paid which debit of the account. */
  @Get(':code/lineage')
  @Requires('wallet.ledger:read')
  @Answers(LineageMatchDto, { page: true })
  matches(
    @CurrentCaller() caller: Caller,
    @Param('code') code: string,
    @Query() query: LineageQuery,
  ): Promise<Page<LineageMatchDto>> {
    return this.queries.matches(caller.merchantId, code, query);
  }

  /** What is left of which credits: they sum to the balance. */
  @Get(':code/composition')
  @Requires('wallet.ledger:read')
  @Answers([LineageRestDto])
  composition(
    @CurrentCaller() caller: Caller,
    @Param('code') code: string,
    @Query() query: CompositionQuery,
  ): Promise<LineageRestDto[]> {
    return this.queries.composition(caller.merchantId, code, query);
  }
}
