import {
  emailVerificationRequested,
  memberEnrolled,
  merchantSaved,
  userRegistered,
  userVerified,
  variantSaved,
} from '@florin/contracts';
import { newId } from '@florin/kernel';
import { beginning, type House, storyAt } from './house';
import type { Post } from './post';
import { accounts, currency, type Member, type Merchant, type Variant } from './things';

const rules = {
  tiers: [
    { name: 'bronze', threshold: 0, multiplier_bps: 10_000 },
    { name: 'silver', threshold: 50, multiplier_bps: 12_500 },
  ],
  earning: { points: 1, per_minor: 100, include_tax: true },
  cashback: { rate_bps: 500, hold_days: 30 },
};

/** Merchants, what they sell, and the people who buy there. */
export class Shop {
  readonly members: Member[] = [];
  private readonly stock = new Map<
    string,
    { merchantId: string; received: number; available: number; reserved: number; sold: number }
  >();

  constructor(
    private readonly house: House,
    private readonly post: Post,
  ) {}

  merchant(name: string, withProgram: boolean): Merchant {
    const { stores } = this.house;
    const id = newId();
    const copy = { name, currency, time_zone: 'Europe/Amsterdam', version: 1 };
    stores.add('catalog', 'merchants', { id, slug: name.toLowerCase(), ...copy, created_at: beginning });
    stores.add('auth', 'merchants', { id, name, version: 1 });
    stores.add('orders', 'merchants', { merchant_id: id, ...copy, updated_at: storyAt });
    this.house.say('catalog', merchantSaved, id, {
      merchantId: id,
      name,
      currency,
      timeZone: 'Europe/Amsterdam',
      version: 1,
    });
    stores.account('wallet', accounts.sales(id), currency, true);
    stores.account('wallet', accounts.cashbackCost(id), currency, true);
    stores.account('wallet', accounts.clearing(id), currency, true);
    return withProgram ? { id, programId: this.program(id) } : { id };
  }

  variant(merchantId: string, sku: string, priceMinor: number, received: number): Variant {
    const { stores } = this.house;
    const [id, productId] = [newId(), newId()];
    const price = {
      price_minor: priceMinor,
      currency,
      tax_rate_bps: 2_100,
      tax_included: true,
      active: true,
      version: 1,
    };
    stores.add('catalog', 'products', { id: productId, merchant_id: merchantId, title: sku, created_at: beginning });
    stores.add('catalog', 'product_variants', {
      id,
      product_id: productId,
      merchant_id: merchantId,
      sku,
      title: sku,
      position: 1,
      ...price,
    });
    stores.add('orders', 'variants', {
      variant_id: id,
      product_id: productId,
      merchant_id: merchantId,
      sku,
      title: sku,
      ...price,
      updated_at: storyAt,
    });
    const said = {
      variantId: id,
      productId,
      merchantId,
      sku,
      title: sku,
      priceMinor,
      currency,
      taxRateBps: 2_100,
      taxIncluded: true,
      active: true,
      version: 1,
    };
    this.house.say('catalog', variantSaved, id, said);
    this.stock.set(id, { merchantId, received: 0, available: 0, reserved: 0, sold: 0 });
    this.move(id, 'receipt', 'delivery 1', { received, available: received });
    return { id, productId, merchantId, sku, priceMinor };
  }

  /** Moves stock and its four numbers together. */
  move(
    variantId: string,
    kind: string,
    reference: string,
    change: { received?: number; available?: number; reserved?: number; sold?: number },
  ): void {
    const numbers = { received: 0, available: 0, reserved: 0, sold: 0, ...change };
    const item = this.stock.get(variantId);
    if (!item) throw new Error(`there is no stock of ${variantId}`);
    for (const name of ['received', 'available', 'reserved', 'sold'] as const) item[name] += numbers[name];
    this.house.stores.add('catalog', 'inventory_movements', {
      id: newId(),
      variant_id: variantId,
      kind,
      ...numbers,
      reference,
      moved_at: storyAt,
    });
  }

  member(merchant: Merchant, name: string): Member {
    const { stores } = this.house;
    const id = newId();
    const email = `${name.toLowerCase()}@demo.test`;
    const person = {
      email,
      email_key: email,
      password_hash: 'x',
      display_name: name,
      locale: 'en',
      roles: ['customer'],
      merchants: [merchant.id],
    };
    stores.add('auth', 'users', { id, ...person, email_verified_at: storyAt, created_at: storyAt });
    const who = { userId: id, merchantId: merchant.id, email, displayName: name };
    this.house.say('auth', userRegistered, id, { ...who, locale: 'en' });
    const asked = this.house.say('auth', emailVerificationRequested, id, {
      ...who,
      sealedLink: 'sealed',
      expiresAt: storyAt.toISOString(),
    });
    this.post.mail({
      userId: id,
      merchantId: merchant.id,
      recipient: email,
      template: 'verify_email',
      intent: `verify_email:${asked}`,
    });
    this.house.say('auth', userVerified, id, { ...who, verifiedAt: storyAt.toISOString() });
    stores.add('notifications', 'contacts', { user_id: id, merchant_id: merchant.id, email, display_name: name });
    stores.add('wallet', 'wallets', { member_id: id, merchant_id: merchant.id, currency });
    stores.account('wallet', accounts.wallet({ id, merchantId: merchant.id }), currency);
    stores.account('wallet', accounts.pending({ id, merchantId: merchant.id }), currency);
    const member = {
      id,
      merchantId: merchant.id,
      programId: merchant.programId,
      email,
      points: 0,
      qualifyingPoints: 0,
      earned: 0,
    };
    this.members.push(member);
    if (merchant.programId) {
      stores.account('loyalty', accounts.points(id, merchant.programId), `points:${merchant.programId}`);
      this.house.say('loyalty', memberEnrolled, id, {
        memberId: id,
        programId: merchant.programId,
        merchantId: merchant.id,
        tier: 'bronze',
      });
      this.house.countEnrolled(merchant.id);
    }
    return member;
  }

  /** Writes what was counted on the way; the end of the story. */
  close(): void {
    for (const [variant_id, { merchantId, ...numbers }] of this.stock)
      this.house.stores.add('catalog', 'inventory_items', { variant_id, merchant_id: merchantId, ...numbers });
    for (const { id, merchantId, programId, points, qualifyingPoints, earned } of this.members) {
      if (!programId) continue;
      const tier = qualifyingPoints >= 50 ? 'silver' : 'bronze';
      const standing = {
        member_id: id,
        program_id: programId,
        merchant_id: merchantId,
        tier,
        first_tier: 'bronze',
        qualifying_points: qualifyingPoints,
        points,
        enrolled_at: storyAt,
      };
      this.house.stores.add('loyalty', 'customer_loyalty', standing);
      this.house.stores.add('loyalty', 'loyalty_daily_earnings', {
        member_id: id,
        program_id: programId,
        day: storyAt.toISOString().slice(0, 10),
        points: earned,
      });
    }
  }

  private program(merchantId: string): string {
    const { stores } = this.house;
    const id = newId();
    const made = { created_at: beginning, updated_at: beginning };
    stores.add('loyalty', 'loyalty_programs', {
      id,
      merchant_id: merchantId,
      name: 'Beans',
      currency,
      time_zone: 'Europe/Amsterdam',
      status: 'active',
      is_default: true,
      version: 1,
      ...made,
    });
    stores.add('loyalty', 'loyalty_program_versions', {
      program_id: id,
      version: 1,
      rules,
      created_by: 'ops',
      created_at: beginning,
    });
    stores.account('loyalty', accounts.issuance(id), `points:${id}`, true);
    return id;
  }
}
