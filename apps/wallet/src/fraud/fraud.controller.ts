import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  type Page,
} from '@florin/http';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { DecisionQueries } from './decision-queries';
import {
  DecideReviewDto,
  DecisionDetailDto,
  DecisionDto,
  DecisionsQuery,
  LabelDto,
  ReviewDto,
  ReviewsQuery,
  SaveLabelDto,
} from './fraud.dto';
import { LabelPayment } from './label-payment';
import { DecideReview } from './review-payments';
import { ReviewQueries } from './review-queries';

/** What the fraud check decided, why, and what people make of it. */
@Controller('fraud')
export class FraudController {
  constructor(
    private readonly decisionQueries: DecisionQueries,
    private readonly reviewQueries: ReviewQueries,
    private readonly decideReview: DecideReview,
    private readonly labelPayment: LabelPayment,
  ) {}

  @Get('decisions')
  @Requires('wallet.fraud:read')
  @Answers(DecisionDto, { page: true })
  decisions(@CurrentCaller() caller: Caller, @Query() query: DecisionsQuery): Promise<Page<DecisionDto>> {
    return this.decisionQueries.list(caller.merchantId, query);
  }

  /** One decision with each rule, its reasons and the facts they were seen in. */
  @Get('decisions/:id')
  @Requires('wallet.fraud:read')
  @Answers(DecisionDetailDto)
  decision(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<DecisionDetailDto> {
    return this.decisionQueries.one(caller.merchantId, id);
  }

  /** The queue, oldest first. */
  @Get('reviews')
  @Requires('wallet.fraud:read')
  @Answers(ReviewDto, { page: true })
  reviews(@CurrentCaller() caller: Caller, @Query() query: ReviewsQuery): Promise<Page<ReviewDto>> {
    return this.reviewQueries.list(caller.merchantId, query);
  }

  @Get('reviews/:id')
  @Requires('wallet.fraud:read')
  @Answers(ReviewDto)
  review(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<ReviewDto> {
    return this.reviewQueries.one(caller.merchantId, id);
  }

  /** Lets a payment go on or refuses it. Of several who decide, the first one counts. */
  @Post('reviews/:id')
  @Requires('wallet.fraud:write')
  @Idempotent()
  @Answers(ReviewDto, { status: 200 })
  decide(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: DecideReviewDto,
  ): Promise<Answered<ReviewDto>> {
    return this.decideReview.execute(caller, request, id, input);
  }

  /** Says what a payment turned out to be. */
  @Post('labels')
  @Requires('wallet.fraud:write')
  @Idempotent()
  @Answers(LabelDto, { status: 200 })
  label(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: SaveLabelDto,
  ): Promise<Answered<LabelDto>> {
    return this.labelPayment.execute(caller, request, input);
  }
}
