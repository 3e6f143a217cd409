import { type Caller, CurrentCaller, Requires } from '@florin/access';
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
  RateLimit,
  tag,
} from '@florin/http';
import { Body, Controller, Get, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RedeemCode } from './redeem-code';
import { SaveCampaigns } from './save-campaigns';
import {
  CampaignDto,
  ChangeCampaignDto,
  CreateCampaignDto,
  NewCampaignDto,
  RedeemVoucherDto,
  RedemptionDto,
} from './voucher.dto';
import { VoucherQueries } from './voucher-queries';

@Controller('wallet/vouchers')
export class VouchersController {
  constructor(
    private readonly redeemCode: RedeemCode,
    private readonly saveCampaigns: SaveCampaigns,
    private readonly queries: VoucherQueries,
  ) {}

  /** Tops up the caller's wallet with a voucher. */
  @Post('redeem')
  @Requires('wallet.own:write')
  @RateLimit({ limit: 30, windowSeconds: 60, per: 'user' })
  @Idempotent()
  @Answers(RedemptionDto, { status: 201 })
  redeem(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() { code }: RedeemVoucherDto,
  ): Promise<Answered<RedemptionDto>> {
    return this.redeemCode.execute(caller, request, code);
  }

  /** Makes a campaign with one code for everybody, or with codes for one use each, which stand in this answer alone. */
  @Post('campaigns')
  @Requires('wallet.topup:write')
  @Idempotent()
  @Answers(NewCampaignDto, { status: 201 })
  create(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: CreateCampaignDto,
  ): Promise<Answered<NewCampaignDto>> {
    return this.saveCampaigns.create(caller, request, input);
  }

  /** Ends a campaign or moves its limits; needs If-Match. */
  @Patch('campaigns/:id')
  @Requires('wallet.topup:write')
  @Idempotent()
  @Answers(CampaignDto)
  change(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @IfMatch() version: number,
    @Body() input: ChangeCampaignDto,
  ): Promise<Answered<CampaignDto>> {
    return this.saveCampaigns.change(caller, request, id, version, input);
  }

  @Get('campaigns')
  @Requires('wallet.topup:read')
  @Answers(CampaignDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<CampaignDto>> {
    return this.queries.list(caller.merchantId, query);
  }

  /** One campaign with what is used of it; its ETag is needed to change it. */
  @Get('campaigns/:id')
  @Requires('wallet.topup:read')
  @Answers(CampaignDto)
  async one(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CampaignDto> {
    const campaign = await this.queries.one(caller.merchantId, id);
    tag(reply, campaign.version);
    return campaign;
  }

  @Get('campaigns/:id/redemptions')
  @Requires('wallet.topup:read')
  @Answers(RedemptionDto, { page: true })
  redemptions(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: PageQuery,
  ): Promise<Page<RedemptionDto>> {
    return this.queries.redemptions(caller.merchantId, id, query);
  }
}
