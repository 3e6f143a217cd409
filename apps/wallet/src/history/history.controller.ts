import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Answers, IdParam } from '@florin/http';
import type { Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { DiffQuery, StateDiffDto, StateQuery, WalletStateDto } from './history.dto';
import { HistoryQueries } from './history-queries';
import type { Moment } from './moment';

/** Members' money at any moment, on two axes: what counted by then, and what was known by then. */
@Controller('wallet')
export class HistoryController {
  constructor(
    private readonly queries: HistoryQueries,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('state')
  @Requires('wallet.own:read')
  @Answers(WalletStateDto)
  mine(@CurrentCaller() caller: Caller, @Query() query: StateQuery): Promise<WalletStateDto> {
    return this.queries.state(caller.merchantId, caller.subject, this.moment(query.as_of, query.known_at));
  }

  @Get('members/:id/state')
  @Requires('wallet.account:read')
  @Answers(WalletStateDto)
  state(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: StateQuery,
  ): Promise<WalletStateDto> {
    return this.queries.state(caller.merchantId, id, this.moment(query.as_of, query.known_at));
  }

  /** The state at two moments, and the journals that explain the difference. */
  @Get('members/:id/state/diff')
  @Requires('wallet.account:read')
  @Answers(StateDiffDto)
  diff(@CurrentCaller() caller: Caller, @IdParam('id') id: string, @Query() query: DiffQuery): Promise<StateDiffDto> {
    const from = this.moment(query.from, query.from_known_at);
    return this.queries.diff(caller.merchantId, id, from, this.moment(query.to, query.to_known_at), query);
  }

  private moment(asOf: string | undefined, knownAt: string | undefined): Moment {
    const now = this.clock.now();
    return {
      asOf: asOf === undefined ? now : new Date(asOf),
      knownAt: knownAt === undefined ? now : new Date(knownAt),
    };
  }
}
