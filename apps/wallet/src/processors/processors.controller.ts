import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IfMatch,
  tag,
} from '@florin/http';
import { Body, Controller, Get, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ProcessorRouting } from './processor-routing';
import { RoutingDto, RoutingQuery, RoutingVersionDto, SaveRoutingDto } from './routing.dto';

@Controller('payments/processors')
export class ProcessorsController {
  constructor(private readonly routing: ProcessorRouting) {}

  @Get()
  @Requires('wallet.setting:read')
  @Answers(RoutingDto)
  async one(
    @CurrentCaller() caller: Caller,
    @Query() { currency }: RoutingQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RoutingDto> {
    const routing = await this.routing.one(caller.merchantId, currency);
    tag(reply, routing.version);
    return routing;
  }

  /** Chooses for payments that start from now on. Where nobody has chosen yet, the version to name is 0. */
  @Put()
  @Requires('wallet.setting:write')
  @Idempotent()
  @Answers(RoutingDto)
  change(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IfMatch() version: number,
    @Body() input: SaveRoutingDto,
  ): Promise<Answered<RoutingDto>> {
    return this.routing.save(caller, request, version, input);
  }

  /** Who changed it, when and to what, newest first. */
  @Get('versions')
  @Requires('wallet.setting:read')
  @Answers([RoutingVersionDto])
  versions(@CurrentCaller() caller: Caller, @Query() { currency }: RoutingQuery): Promise<RoutingVersionDto[]> {
    return this.routing.versions(caller.merchantId, currency);
  }
}
