import { Body, Controller, Delete, Get, Post, Put, Query } from '@nestjs/common';
import { CurrentCaller, Requires, type Caller } from '@florin/access';
import { Answers, IdParam, Idempotent, IdempotencyRequest, type Answered, type IdempotentRequest } from '@florin/http';
import { memberOf, merchantOf } from '../input';
import type { CartOwner } from './cart-rules';
import { CartDto, CartLineInput, CartQuery, CreateCartDto, QuantityInput } from './carts.dto';
import { ChangeCart, createCart } from './change-cart';
import { GuestKeyHash } from './guest-key';
import { ShowCart } from './show-cart';

@Controller('carts')
@Requires('orders.own:write')
export class CartsController {
  constructor(
    private readonly changeCart: ChangeCart,
    private readonly showCart: ShowCart,
  ) {}

  /** Starts a cart with the merchant in force, empty or with lines. */
  @Post()
  @Idempotent()
  @Answers(CartDto, { status: 201 })
  create(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() body: CreateCartDto,
  ): Promise<Answered<CartDto>> {
    const owner = ownerOf(caller);
    return this.changeCart.execute(request, owner, createCart(owner.merchantId, body.lines.map(lineOf)));
  }

  /** The cart at today's prices; `?coupon_code=` shows what a coupon would take off. */
  @Get(':cartId')
  @Answers(CartDto)
  show(
    @CurrentCaller() caller: Caller,
    @IdParam('cartId') cartId: string,
    @Query() query: CartQuery,
  ): Promise<CartDto> {
    return this.showCart.execute(ownerOf(caller), cartId, query.coupon_code);
  }

  /** Puts units in, beside those that are there. */
  @Post(':cartId/lines')
  @Idempotent()
  @Answers(CartDto, { status: 200 })
  add(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('cartId') cartId: string,
    @Body() body: CartLineInput,
  ): Promise<Answered<CartDto>> {
    return this.changeCart.execute(request, ownerOf(caller), { kind: 'add', cartId, ...lineOf(body) });
  }

  /** Sets how many units of a variant are in the cart. */
  @Put(':cartId/lines/:variantId')
  @Idempotent()
  @Answers(CartDto)
  set(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('cartId') cartId: string,
    @IdParam('variantId') variantId: string,
    @Body() body: QuantityInput,
  ): Promise<Answered<CartDto>> {
    return this.changeCart.execute(request, ownerOf(caller), {
      kind: 'set',
      cartId,
      variantId,
      quantity: body.quantity,
    });
  }

  /** Takes a variant out; one that is not there changes nothing. */
  @Delete(':cartId/lines/:variantId')
  @Idempotent()
  @Answers(CartDto)
  remove(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('cartId') cartId: string,
    @IdParam('variantId') variantId: string,
  ): Promise<Answered<CartDto>> {
    return this.changeCart.execute(request, ownerOf(caller), { kind: 'remove', cartId, variantId });
  }

  /** Makes a guest's cart (X-Cart-Key) the member's own, so that it can be ordered. */
  @Post(':cartId/claim')
  @Idempotent()
  @Answers(CartDto, { status: 200 })
  claim(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('cartId') cartId: string,
    @GuestKeyHash() guestKeyHash: string,
  ): Promise<Answered<CartDto>> {
    return this.changeCart.execute(request, ownerOf(caller), { kind: 'claim', cartId, guestKeyHash });
  }
}

function ownerOf(caller: Caller): CartOwner & { merchantId: string } {
  return { merchantId: merchantOf(caller), memberId: memberOf(caller) };
}

export function lineOf(line: CartLineInput): { variantId: string; quantity: number } {
  return { variantId: line.variant_id, quantity: line.quantity };
}
