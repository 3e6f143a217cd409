import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Answers, IdParam, IsCurrency, type Page, PageQuery } from '@florin/http';
import { Controller, Get, Query } from '@nestjs/common';
import { WalletDto, WalletEntryDto } from './wallet.dto';
import { WalletQueries } from './wallet-queries';

class EntriesQuery extends PageQuery {
  @IsCurrency()
  currency: string;
}

@Controller('wallet')
export class WalletController {
  constructor(private readonly queries: WalletQueries) {}

  @Get()
  @Requires('wallet.own:read')
  @Answers(WalletDto)
  mine(@CurrentCaller() caller: Caller): Promise<WalletDto> {
    return this.queries.balances(caller.merchantId, caller.subject);
  }

  @Get('transactions')
  @Requires('wallet.own:read')
  @Answers(WalletEntryDto, { page: true })
  entries(@CurrentCaller() caller: Caller, @Query() query: EntriesQuery): Promise<Page<WalletEntryDto>> {
    return this.queries.entries(
      { merchantId: caller.merchantId, memberId: caller.subject, currency: query.currency },
      query,
    );
  }

  @Get('members/:id')
  @Requires('wallet.account:read')
  @Answers(WalletDto)
  ofMember(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<WalletDto> {
    return this.queries.balances(caller.merchantId, id);
  }
}
