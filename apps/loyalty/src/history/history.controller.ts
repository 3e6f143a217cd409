import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Answers, IdParam } from '@florin/http';
import { type Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { DiffQuery, MemberStateDto, StateDiffDto, StateQuery } from './history.dto';
import { HistoryQueries, type Moment } from './history-queries';

/** Members at any moment, on two axes: what counted by then, and what was known by then. */
@Controller('members')
export class HistoryController {
  constructor(
    private readonly queries: HistoryQueries,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('me/state')
  @Requires('loyalty.own:read')
  @Answers(MemberStateDto)
  mine(@CurrentCaller() caller: Caller, @Query() query: StateQuery): Promise<MemberStateDto> {
    return this.queries.state(caller.merchantId, caller.subject, this.moment(query.as_of, query.known_at));
  }

  @Get(':id/state')
  @Requires('loyalty.member:read')
  @Answers(MemberStateDto)
  state(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: StateQuery,
  ): Promise<MemberStateDto> {
    return this.queries.state(caller.merchantId, id, this.moment(query.as_of, query.known_at));
  }

  /** The state at two moments, and the receipts that explain the difference. */
  @Get(':id/state/diff')
  @Requires('loyalty.member:read')
  @Answers(StateDiffDto)
  diff(@CurrentCaller() caller: Caller, @IdParam('id') id: string, @Query() query: DiffQuery): Promise<StateDiffDto> {
    const from = this.moment(query.from, query.from_known_at);
    return this.queries.diff(caller.merchantId, id, from, this.moment(query.to, query.to_known_at), query);
  }

  private moment(asOf: string | undefined, knownAt: string | undefined): Moment {
    return {
      asOf: asOf === undefined ? this.clock.now() : new Date(asOf),
      knownAt: knownAt === undefined ? undefined : new Date(knownAt),
    };
  }
}
