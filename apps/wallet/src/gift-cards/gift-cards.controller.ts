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
  RateLimit,
} from '@florin/http';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CancelGiftCard } from './cancel-gift-card';
import { CheckGiftCard } from './check-gift-card';
import { ClaimGiftCard } from './claim-gift-card';
import {
  CancelGiftCardDto,
  GiftCardBatchDto,
  GiftCardCodeDto,
  GiftCardDto,
  GiftCardEntryDto,
  GiftCardsQuery,
  IssueGiftCardsDto,
  RedeemGiftCardDto,
} from './gift-card.dto';
import { GiftCardQueries } from './gift-card-queries';
import { IssueGiftCards } from './issue-gift-cards';
import { RedeemGiftCard } from './redeem-gift-card';

/** Slower than any person needs; wrong codes lock the caller out long before. */
const codeRate = { limit: 30, windowSeconds: 60, per: 'user' } as const;

@Controller('wallet/gift-cards')
export class GiftCardsController {
  constructor(
    private readonly issueGiftCards: IssueGiftCards,
    private readonly checkGiftCard: CheckGiftCard,
    private readonly claimGiftCard: ClaimGiftCard,
    private readonly redeemGiftCard: RedeemGiftCard,
    private readonly cancelGiftCard: CancelGiftCard,
    private readonly queries: GiftCardQueries,
  ) {}

  /** Issues cards of one amount. Their codes stand in this answer alone. */
  @Post()
  @Requires('wallet.gift_card:write')
  @Idempotent()
  @Answers(GiftCardBatchDto, { status: 201 })
  issue(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: IssueGiftCardsDto,
  ): Promise<Answered<GiftCardBatchDto>> {
    return this.issueGiftCards.execute(caller, request, input);
  }

  /** What is on the card of a code. The code travels in the body, so that no log of addresses has it. */
  @Post('check')
  @Requires('wallet.own:read', 'wallet.gift_card:read')
  @RateLimit(codeRate)
  @Idempotent()
  @Answers(GiftCardDto, { status: 200 })
  check(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() { code }: GiftCardCodeDto,
  ): Promise<Answered<GiftCardDto>> {
    return this.checkGiftCard.execute(caller, request, code);
  }

  /** Puts a card among what the caller pays orders with. */
  @Post('claim')
  @Requires('wallet.own:write')
  @RateLimit(codeRate)
  @Idempotent()
  @Answers(GiftCardDto, { status: 200 })
  claim(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() { code }: GiftCardCodeDto,
  ): Promise<Answered<GiftCardDto>> {
    return this.claimGiftCard.execute(caller, request, code);
  }

  /** Moves what is left of a card into the caller's wallet or store credit. */
  @Post('redeem')
  @Requires('wallet.own:write')
  @RateLimit(codeRate)
  @Idempotent()
  @Answers(GiftCardDto, { status: 200 })
  redeem(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: RedeemGiftCardDto,
  ): Promise<Answered<GiftCardDto>> {
    return this.redeemGiftCard.execute(caller, request, input);
  }

  /** The merchant's cards, newest first; a member sees those they claimed. */
  @Get()
  @Requires('wallet.gift_card:read', 'wallet.own:read')
  @Answers(GiftCardDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: GiftCardsQuery): Promise<Page<GiftCardDto>> {
    const { state, batch_id: batchId, owner_id: ownerId } = query;
    return this.queries.list(caller.merchantId, { state, batchId, ownerId: onlyOf(caller) ?? ownerId }, query);
  }

  @Get(':id')
  @Requires('wallet.gift_card:read', 'wallet.own:read')
  @Answers(GiftCardDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<GiftCardDto> {
    return this.queries.one(caller.merchantId, onlyOf(caller), id);
  }

  /** The statement of a card: every change with the balance after it, newest first. */
  @Get(':id/transactions')
  @Requires('wallet.gift_card:read', 'wallet.own:read')
  @Answers(GiftCardEntryDto, { page: true })
  entries(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: PageQuery,
  ): Promise<Page<GiftCardEntryDto>> {
    return this.queries.entries(caller.merchantId, onlyOf(caller), id, query);
  }

  @Post(':id/cancel')
  @Requires('wallet.gift_card:write')
  @Idempotent()
  @Answers(GiftCardDto, { status: 200 })
  cancel(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() { reason }: CancelGiftCardDto,
  ): Promise<Answered<GiftCardDto>> {
    return this.cancelGiftCard.execute(caller, request, id, reason);
  }
}

function onlyOf(caller: Caller): string | undefined {
  return caller.can('wallet.gift_card:read') ? undefined : caller.subject;
}
