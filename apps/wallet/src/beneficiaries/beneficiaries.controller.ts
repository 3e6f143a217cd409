import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  type Page,
  PageQuery,
} from '@florin/http';
import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { AddBeneficiaryDto, BeneficiariesQuery, BeneficiaryDto, VerifyBeneficiaryDto } from './beneficiary.dto';
import { BeneficiaryQueries } from './beneficiary-queries';
import { KeepBeneficiaries } from './keep-beneficiaries';

@Controller()
export class BeneficiariesController {
  constructor(
    private readonly keepBeneficiaries: KeepBeneficiaries,
    private readonly queries: BeneficiaryQueries,
  ) {}

  /** Of the caller's own. Name and account number go into the vault and are never shown again. */
  @Post('beneficiaries')
  @Requires('wallet.own:write')
  @Idempotent()
  @Answers(BeneficiaryDto, { status: 201 })
  add(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: AddBeneficiaryDto,
  ): Promise<Answered<BeneficiaryDto>> {
    return this.keepBeneficiaries.add(caller, request, input);
  }

  @Get('beneficiaries')
  @Requires('wallet.own:read')
  @Answers(BeneficiaryDto, { page: true })
  mine(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<BeneficiaryDto>> {
    return this.queries.mine(caller.merchantId, caller.subject, query);
  }

  @Delete('beneficiaries/:id')
  @Requires('wallet.own:write')
  @HttpCode(204)
  @Answers(undefined, { status: 204 })
  remove(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<void> {
    return this.keepBeneficiaries.remove(caller, id);
  }

  /** For staff: whose account is whose, masked. */
  @Get('payouts/beneficiaries')
  @Requires('wallet.payout:read')
  @Answers(BeneficiaryDto, { page: true })
  all(@CurrentCaller() caller: Caller, @Query() query: BeneficiariesQuery): Promise<Page<BeneficiaryDto>> {
    return this.queries.all(caller.merchantId, query);
  }

  @Post('payouts/beneficiaries/:id/verification')
  @Requires('wallet.payout:write')
  @Idempotent()
  @Answers(BeneficiaryDto, { status: 200 })
  verify(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: VerifyBeneficiaryDto,
  ): Promise<Answered<BeneficiaryDto>> {
    return this.keepBeneficiaries.verify(caller, request, id, input);
  }
}
