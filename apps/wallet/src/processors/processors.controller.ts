import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IfMatch,
  isCurrency,
  tag,
} from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Body, Controller, Get, Param, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ProcessorRouting } from './processor-routing';
import { RoutingDto, RoutingVersionDto, SaveRoutingDto } from './routing.dto';

@Controller('payments/processors')
export class ProcessorsController {
  constructor(private readonly routing: ProcessorRouting) {}

  @Get(':currency')
  @Requires('wallet.setting:read')
  @Answers(RoutingDto)
  async one(
    @CurrentCaller() caller: Caller,
    @Param('currency') currency: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RoutingDto> {
    const routing = await this.routing.one(caller.merchantId, known(currency));
    tag(reply, routing.version);
    return routing;
  }

  /** Chooses for payments that start from now on. Where nobody has chosen yet, the version to name is 0. */
  @Put(':currency')
  @Requires('wallet.setting:write')
  @Idempotent()
  @Answers(RoutingDto)
  change(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Param('currency') currency: string,
    @IfMatch() version: number,
    @Body() input: SaveRoutingDto,
  ): Promise<Answered<RoutingDto>> {
    return this.routing.save(caller, request, known(currency), version, input);
  }

  /** Who changed it, when and to what, newest first. */
  @Get(':currency/versions')
  @Requires('wallet.setting:read')
  @Answers([RoutingVersionDto])
  versions(@CurrentCaller() caller: Caller, @Param('currency') currency: string): Promise<RoutingVersionDto[]> {
    return this.routing.versions(caller.merchantId, known(currency));
  }
}

function known(currency: string): string {
  if (!isCurrency(currency)) throw new Refusal('not_found', 'currency_not_found', 'There is no such currency.');
  return currency;
}
