import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Answers, IdParam, type Page, PageQuery } from '@florin/http';
import { Controller, Get, Query } from '@nestjs/common';
import { LotDto, MemberDto } from './member.dto';
import { MemberQueries } from './member-queries';

@Controller('loyalty/members')
export class MembersController {
  constructor(private readonly queries: MemberQueries) {}

  @Get('me')
  @Requires('loyalty.own:read')
  @Answers(MemberDto)
  me(@CurrentCaller() caller: Caller): Promise<MemberDto> {
    return this.queries.one(caller.merchantId, caller.subject);
  }

  @Get('me/lots')
  @Requires('loyalty.own:read')
  @Answers(LotDto, { page: true })
  myLots(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<LotDto>> {
    return this.queries.lots(caller.merchantId, caller.subject, query);
  }

  @Get(':id')
  @Requires('loyalty.member:read')
  @Answers(MemberDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<MemberDto> {
    return this.queries.one(caller.merchantId, id);
  }

  @Get(':id/lots')
  @Requires('loyalty.member:read')
  @Answers(LotDto, { page: true })
  lots(@CurrentCaller() caller: Caller, @IdParam('id') id: string, @Query() query: PageQuery): Promise<Page<LotDto>> {
    return this.queries.lots(caller.merchantId, id, query);
  }
}
