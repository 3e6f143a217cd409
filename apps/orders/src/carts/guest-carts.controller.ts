import { Body, Controller, Delete, Get, Post, Put, Query } from '@nestjs/common';
import { Public } from '@florin/access';
import { Answers, IdParam, Idempotent, IdempotencyRequest, type Answered, type IdempotentRequest } from '@florin/http';
import { CartDto, CartLineInput, CartQuery, CreateGuestCartDto, QuantityInput } from './carts.dto';
import { lineOf } from './carts.controller';
import { ChangeCart, createCart } from './change-cart';
import { GuestKeyHash } from './guest-key';
import { ShowCart } from './show-cart';

/** Carts of people who have not signed in. The X-Cart-Key header, made by their client, is what makes a cart theirs. */
@Controller('carts/guest')
@Public()
export class GuestCartsController {
  constructor(
    private readonly changeCart: ChangeCart,
    private readonly showCart: ShowCart,
  ) {}

  /** Starts a cart with a merchant, empty or with lines. */
  @Post()
  @Idempotent()
  @Answers(CartDto, { status: 201 })
  create(
    @GuestKeyHash() guestKeyHash: string,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() body: CreateGuestCartDto,
  ): Promise<Answered<CartDto>> {
    return this.changeCart.execute(request, { guestKeyHash }, createCart(body.merchant_id, body.lines.map(lineOf)));
  }

  /** The cart at today's prices; `?coupon_code=` shows what a coupon would take off. */
  @Get(':cartId')
  @Answers(CartDto)
  show(
    @GuestKeyHash() guestKeyHash: string,
    @IdParam('cartId') cartId: string,
    @Query() query: CartQuery,
  ): Promise<CartDto> {
    return this.showCart.execute({ guestKeyHash }, cartId, query.coupon_code);
  }

  /** Puts units in, beside those that are there. */
  @Post(':cartId/lines')
  @Idempotent()
  @Answers(CartDto, { status: 200 })
  add(
    @GuestKeyHash() guestKeyHash: string,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('cartId') cartId: string,
    @Body() body: CartLineInput,
  ): Promise<Answered<CartDto>> {
    return this.changeCart.execute(request, { guestKeyHash }, { kind: 'add', cartId, ...lineOf(body) });
  }

  /** Sets how many units of a variant are in the cart. */
  @Put(':cartId/lines/:variantId')
  @Idempotent()
  @Answers(CartDto)
  set(
    @GuestKeyHash() guestKeyHash: string,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('cartId') cartId: string,
    @IdParam('variantId') variantId: string,
    @Body() body: QuantityInput,
  ): Promise<Answered<CartDto>> {
    return this.changeCart.execute(
      request,
      { guestKeyHash },
      { kind: 'set', cartId, variantId, quantity: body.quantity },
    );
  }

  /** Takes a variant out; one that is not there changes nothing. */
  @Delete(':cartId/lines/:variantId')
  @Idempotent()
  @Answers(CartDto)
  remove(
    @GuestKeyHash() guestKeyHash: string,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('cartId') cartId: string,
    @IdParam('variantId') variantId: string,
  ): Promise<Answered<CartDto>> {
    return this.changeCart.execute(request, { guestKeyHash }, { kind: 'remove', cartId, variantId });
  }
}
