import { Inject, Injectable } from '@nestjs/common';
import { CoalescingWriter, Transactions, type Outcome, type Tx } from '@florin/database';
import { created, Idempotency, ok, type Answer, type Answered, type IdempotentRequest } from '@florin/http';
import { newId, Refusal, type Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { notFound } from '../input';
import { PriceList } from '../products/price-list';
import type { Variant } from '../products/variants.repository';
import { newCart, priceCart, putLine, requireOpen, type Cart, type CartChange, type CartOwner } from './cart-rules';
import { cartDto, type CartDto } from './carts.dto';
import { CartsRepository } from './carts.repository';

interface Command {
  owner: CartOwner;
  change: CartChange;
}

/** What a set of changes works on: carts by id (locked), today's prices, and what must be written in the end. */
interface Desk {
  carts: Map<string, Cart>;
  variants: Map<string, Variant>;
  currencies: Map<string, string>;
  now: Date;
  created: Set<string>;
  changed: Set<string>;
  put: Set<string>;
  removed: Set<string>;
}

/** Shoppers who click at the same moment share a transaction; more than these would only make it longer. */
const maxBatch = 64;
const maxQueue = 2_000;

/** Creates and changes carts. Every answer is the whole cart at today's prices. */
@Injectable()
export class ChangeCart {
  private readonly writer: CoalescingWriter<Command & { request: IdempotentRequest }, Answered<CartDto>>;

  constructor(
    transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly carts: CartsRepository,
    private readonly priceList: PriceList,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const decide = (
      tx: Tx,
      items: (Command & { request: IdempotentRequest })[],
    ): Promise<Outcome<Answered<CartDto>>[]> =>
      this.idempotency.onceAll(
        tx,
        items.map((item) => ({ request: item.request, item })),
        (fresh) => this.decide(tx, fresh),
      );
    this.writer = new CoalescingWriter({ name: 'carts', maxBatch, maxQueue, decide }, transactions);
  }

  /**
   * Changes one cart of the owner, once per idempotency key. Refuses 404 for a cart that is not theirs, `cart_ordered`,
   * `variant_unavailable`, `merchant_unknown`, `too_many_units` and `too_many_lines`.
   */
  execute(request: IdempotentRequest, owner: CartOwner, change: CartChange): Promise<Answered<CartDto>> {
    return this.writer.submit({ request, owner, change });
  }

  private async decide(tx: Tx, commands: Command[]): Promise<Outcome<Answer<CartDto>>[]> {
    const desk = await this.open(tx, commands);
    const outcomes = commands.map(({ owner, change }) => attempt(() => this.apply(desk, owner, change)));
    await this.save(tx, desk);
    return outcomes;
  }

  private apply(desk: Desk, owner: CartOwner, change: CartChange): Answer<CartDto> {
    // Worked out on a copy: a change that is refused halfway leaves nothing behind.
    const cart =
      change.kind === 'create'
        ? this.create(desk, owner, change)
        : copyOf(requireOpen(desk.carts.get(change.cartId), ownerOf(owner, change)));
    const line = (variantId: string) => `${cart.row.id} ${variantId}`;
    if (change.kind === 'create') {
      for (const { variantId, quantity } of change.lines)
        putLine(cart, variantId, desk.variants.get(variantId), quantity, 'add');
    } else if (change.kind === 'add' || change.kind === 'set') {
      putLine(cart, change.variantId, desk.variants.get(change.variantId), change.quantity, change.kind);
    } else if (change.kind === 'remove') {
      cart.lines.delete(change.variantId);
      desk.removed.add(line(change.variantId));
    } else if ('memberId' in owner) {
      if (cart.row.merchant_id !== owner.merchantId) throw notFound();
      Object.assign(cart.row, { member_id: owner.memberId, guest_key_hash: null });
    }
    const put =
      change.kind === 'create'
        ? change.lines.map((one) => one.variantId)
        : 'quantity' in change
          ? [change.variantId]
          : [];
    cart.row.updated_at = desk.now;
    const answer = cartDto(priceCart(cart, desk.variants, desk.now));
    for (const variantId of put) {
      desk.put.add(line(variantId));
      desk.removed.delete(line(variantId));
    }
    desk.carts.set(cart.row.id, cart);
    (change.kind === 'create' ? desk.created : desk.changed).add(cart.row.id);
    return change.kind === 'create' ? created(answer) : ok(answer);
  }

  private create(desk: Desk, owner: CartOwner, change: CartChange & { kind: 'create' }): Cart {
    return newCart(change.cartId, owner, change.merchantId, desk.currencies.get(change.merchantId), desk.now);
  }

  /** Four statements for any number of commands: carts with locks, their lines, currencies and every price they need. */
  private async open(tx: Tx, commands: readonly Command[]): Promise<Desk> {
    const changes = commands.map((command) => command.change);
    const cartIds = [...new Set(changes.flatMap((change) => (change.kind === 'create' ? [] : [change.cartId])))];
    const [rows, lines, currencies] = await Promise.all([
      cartIds.length > 0 ? this.carts.lock(tx, cartIds) : [],
      cartIds.length > 0 ? this.carts.lines(tx, cartIds) : [],
      this.priceList.currencies(
        tx,
        changes.flatMap((change) => (change.kind === 'create' ? [change.merchantId] : [])),
      ),
    ]);
    const carts = new Map(rows.map((row): [string, Cart] => [row.id, { row, lines: new Map() }]));
    for (const line of lines) carts.get(line.cart_id)?.lines.set(line.variant_id, line.quantity);
    const asked = changes.flatMap((change) =>
      change.kind === 'create'
        ? change.lines.map((line) => line.variantId)
        : 'variantId' in change
          ? [change.variantId]
          : [],
    );
    const variants = await this.priceList.variants(tx, [...asked, ...lines.map((line) => line.variant_id)]);
    const none = () => new Set<string>();
    return {
      carts,
      variants,
      currencies,
      now: this.clock.now(),
      created: none(),
      changed: none(),
      put: none(),
      removed: none(),
    };
  }

  private async save(tx: Tx, desk: Desk): Promise<void> {
    const rowsOf = (ids: Set<string>) => [...ids].flatMap((id) => desk.carts.get(id)?.row ?? []);
    const linesOf = (keys: Set<string>) =>
      [...keys].map((key) => ({ cart_id: key.slice(0, 36), variant_id: key.slice(37) }));
    const put = linesOf(desk.put).flatMap((line) => {
      const quantity = desk.carts.get(line.cart_id)?.lines.get(line.variant_id);
      return quantity === undefined ? [] : [{ ...line, quantity }];
    });
    const removed = linesOf(desk.removed);
    const old = new Set([...desk.changed].filter((id) => !desk.created.has(id)));
    await Promise.all([
      desk.created.size > 0 && this.carts.insert(tx, rowsOf(desk.created)),
      put.length > 0 && this.carts.putLines(tx, put, desk.now),
      removed.length > 0 && this.carts.removeLines(tx, removed),
      old.size > 0 && this.carts.update(tx, rowsOf(old)),
    ]);
  }
}

/** A new cart's id and the change that makes it. */
export function createCart(merchantId: string, lines: { variantId: string; quantity: number }[]): CartChange {
  return { kind: 'create', cartId: newId(), merchantId, lines };
}

/** Who must own the cart before the change: claiming takes it from whoever holds the guest key. */
function ownerOf(owner: CartOwner, change: CartChange): CartOwner {
  return change.kind === 'claim' ? { guestKeyHash: change.guestKeyHash } : owner;
}

function copyOf(cart: Cart): Cart {
  return { row: { ...cart.row }, lines: new Map(cart.lines) };
}

/** A refusal is an answer to one shopper; anything else fails the set. */
function attempt<T>(work: () => T): Outcome<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, refusal: error };
    throw error;
  }
}
