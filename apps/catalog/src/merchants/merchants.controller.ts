import { type Caller, CurrentCaller, Public, requireMerchant, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  IfMatch,
  type Page,
  PageQuery,
  tag,
} from '@florin/http';
import { Body, Controller, Get, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { MerchantDto, SaveMerchantDto } from './merchant.dto';
import { MerchantQueries } from './merchant-queries';
import { SaveMerchant } from './save-merchant';

@Controller('merchants')
export class MerchantsController {
  constructor(
    private readonly saveMerchant: SaveMerchant,
    private readonly queries: MerchantQueries,
  ) {}

  /** Opens a merchant on the platform: platform staff only. */
  @Post()
  @Requires('platform.job:admin')
  @Idempotent()
  @Answers(MerchantDto, { status: 201 })
  create(
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: SaveMerchantDto,
  ): Promise<Answered<MerchantDto>> {
    return this.saveMerchant.create(request, input);
  }

  @Put(':id')
  @Requires('catalog.merchant:write')
  @Idempotent()
  @Answers(MerchantDto)
  change(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @IfMatch() version: number,
    @Body() input: SaveMerchantDto,
  ): Promise<Answered<MerchantDto>> {
    requireMerchant(caller, id);
    return this.saveMerchant.change(request, id, version, input);
  }

  @Get()
  @Public()
  @Answers(MerchantDto, { page: true })
  list(@Query() query: PageQuery): Promise<Page<MerchantDto>> {
    return this.queries.list(query);
  }

  @Get(':id')
  @Public()
  @Answers(MerchantDto)
  async one(@IdParam('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<MerchantDto> {
    const merchant = await this.queries.one(id);
    tag(reply, merchant.version);
    return merchant;
  }
}
