import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  type OpenOrigin,
  RequestOrigin,
  WaitSeconds,
} from '@florin/http';
import { Body, Controller, Get, Post } from '@nestjs/common';
import { CreateTopup } from './create-topup';
import { CreateTopupDto, TopupDto } from './topup.dto';
import { TopupQueries } from './topup-queries';

@Controller('topups')
export class TopupsController {
  constructor(
    private readonly createTopup: CreateTopup,
    private readonly queries: TopupQueries,
  ) {}

  /** Answers 202 with a top-up to follow, or, with `Prefer: wait=N`, how it ended. */
  @Post()
  @Requires('wallet.own:write')
  @Idempotent()
  @Answers(TopupDto, { status: [202, 201] })
  async create(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: CreateTopupDto,
    @WaitSeconds() waitSeconds: number,
    @RequestOrigin() origin: OpenOrigin,
  ): Promise<Answered<TopupDto>> {
    const asked = await this.createTopup.execute(caller, request, input, origin);
    return this.queries.awaitEnd(caller, asked, waitSeconds);
  }

  @Get(':id')
  @Requires('wallet.own:read')
  @Answers(TopupDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<TopupDto> {
    return this.queries.one(caller, id);
  }
}
