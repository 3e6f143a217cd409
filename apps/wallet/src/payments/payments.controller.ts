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
  WaitSeconds,
} from '@florin/http';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CaptureDto, CapturePaymentDto } from './capture.dto';
import { CapturePayment } from './capture-payment';
import { CreatePayment } from './create-payment';
import {
  CreatePaymentDto,
  PaymentDetailDto,
  PaymentDto,
  PaymentsQuery,
  PaymentStepDto,
  VoidPaymentDto,
} from './payment.dto';
import { PaymentQueries } from './payment-queries';
import { VoidPayment } from './void-payment';

@Controller('payments')
export class PaymentsController {
  constructor(
    private readonly createPayment: CreatePayment,
    private readonly capturePayment: CapturePayment,
    private readonly voidPayment: VoidPayment,
    private readonly queries: PaymentQueries,
  ) {}

  /** For staff and servers: puts a member's card money aside. Answers 202, or, with `Prefer: wait=N`, how it stands then. */
  @Post()
  @Requires('wallet.payment:write')
  @Idempotent()
  @Answers(PaymentDto, { status: [202, 201] })
  async create(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: CreatePaymentDto,
    @WaitSeconds() waitSeconds: number,
  ): Promise<Answered<PaymentDto>> {
    const asked = await this.createPayment.execute(caller, request, input);
    return this.queries.awaitRest(caller.merchantId, asked, waitSeconds);
  }

  /** Takes a part of what was put aside, or all that is left. */
  @Post(':id/captures')
  @Requires('wallet.payment:write')
  @Idempotent()
  @Answers(CaptureDto, { status: [202, 201] })
  async capture(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: CapturePaymentDto,
    @WaitSeconds() waitSeconds: number,
  ): Promise<Answered<CaptureDto>> {
    const asked = await this.capturePayment.execute(caller, request, id, input);
    return this.queries.awaitCapture(asked, waitSeconds);
  }

  /** Gives back to the card what was put aside and not taken. */
  @Post(':id/void')
  @Requires('wallet.payment:write')
  @Idempotent()
  @Answers(PaymentDto, { status: [202, 201] })
  async void(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: VoidPaymentDto,
    @WaitSeconds() waitSeconds: number,
  ): Promise<Answered<PaymentDto>> {
    const asked = await this.voidPayment.execute(caller, request, id, input);
    return this.queries.awaitRest(caller.merchantId, asked, waitSeconds);
  }

  @Get()
  @Requires('wallet.payment:read', 'wallet.own:read')
  @Answers(PaymentDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: PaymentsQuery): Promise<Page<PaymentDto>> {
    return this.queries.list(caller.merchantId, onlyOf(caller), query);
  }

  /** One payment with every step of it. */
  @Get(':id')
  @Requires('wallet.payment:read', 'wallet.own:read')
  @Answers(PaymentDetailDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<PaymentDetailDto> {
    return this.queries.one(caller.merchantId, onlyOf(caller), id);
  }

  /** The audit trail of a payment and its refunds: who, when, why, before and after. */
  @Get(':id/steps')
  @Requires('wallet.payment:read', 'wallet.own:read')
  @Answers(PaymentStepDto, { page: true })
  steps(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: PageQuery,
  ): Promise<Page<PaymentStepDto>> {
    return this.queries.steps(caller.merchantId, onlyOf(caller), id, query);
  }

  @Get(':id/captures')
  @Requires('wallet.payment:read', 'wallet.own:read')
  @Answers(CaptureDto, { page: true })
  captures(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: PageQuery,
  ): Promise<Page<CaptureDto>> {
    return this.queries.captures(caller.merchantId, onlyOf(caller), id, query);
  }
}

function onlyOf(caller: Caller): string | undefined {
  return caller.can('wallet.payment:read') ? undefined : caller.subject;
}
