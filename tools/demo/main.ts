import { derivedId } from '@florin/kernel';
import { Api, until } from '../client/api';
import { currentRun, personOf } from '../client/run';
import type { Product, Tokens } from '../client/shapes';
import { Random } from './random';
import { type DemoMerchant, firstNames, lastNames, merchants, programs } from './world';

const seed = 20_261_121;
const days = 90;
const dayMs = 86_400_000;
const perImport = 500;
const unitsInStock = 1_000_000;
/** Ids of the demonstration's members are made of this and their number, so that they are the same everywhere. */
const memberSpace = '3f0c8a52-6f0e-5d4b-9a55-5b6f1c8f2b10';

interface Shop {
  demo: DemoMerchant;
  merchantId: string;
  variants: { id: string; priceMinor: number }[];
  memberIds: string[];
}

const run = currentRun();
const api = new Api(run.url);
const random = new Random(seed);

async function main(): Promise<void> {
  const token = await logIn('ops');
  const shops: Shop[] = [];
  for (const demo of merchants) shops.push(await openShop(token, demo));
  await hireStaff(token, shops);
  for (const { merchant, body } of programs) {
    await api.post('/loyalty/programs', { token, merchantId: shopOf(shops, merchant).merchantId, body });
  }
  await customers(token, shops);
  for (const shop of shops) {
    await members(token, shop);
    await orders(token, shop);
  }
  await coupons(token, shops);
  await payouts(token, shops);
  await webhooks(token, shopOf(shops, 'koffie'));
  await api.close();
}

async function logIn(name: string): Promise<string> {
  const { email, password } = personOf(run, name);
  const tokens = await until(`log in as ${name}`, () => api.post<Tokens>('/auth/login', { body: { email, password } }));
  return tokens.access_token;
}

async function openShop(token: string, demo: DemoMerchant): Promise<Shop> {
  const { name, slug, currency, timeZone } = demo;
  const merchant = await api.post<{ id: string }>('/merchants', {
    token,
    body: { name, slug, currency, time_zone: timeZone },
  });
  const merchantId = merchant.id;
  const categories = new Map<string, string>();
  for (const category of new Set(demo.products.map((product) => product.category))) {
    const created = await api.post<{ id: string }>('/categories', {
      token,
      merchantId,
      body: { name: category, slug: category },
    });
    categories.set(category, created.id);
  }
  const variants: Shop['variants'] = [];
  for (const [index, product] of demo.products.entries()) {
    const created = await api.post<Product>('/products', {
      token,
      merchantId,
      body: {
        title: product.title,
        category_id: categories.get(product.category),
        variants: product.variants.map(([variant, priceMinor], position) => ({
          sku: `${slug.toUpperCase()}-${index + 1}-${position + 1}`,
          title: `${product.title}, ${variant}`,
          price_minor: priceMinor,
          tax_rate_bps: demo.taxRateBps,
          tax_included: true,
        })),
      },
    });
    for (const variant of created.variants) {
      await api.post('/stock/receipts', {
        token,
        merchantId,
        body: { variant_id: variant.id, quantity: unitsInStock, reference: 'opening stock' },
      });
      variants.push({ id: variant.id, priceMinor: variant.price_minor });
    }
  }
  return { demo, merchantId, variants, memberIds: [] };
}

async function hireStaff(token: string, shops: Shop[]): Promise<void> {
  for (const person of run.people.filter(({ name }) => !['ops', 'ada', 'ben'].includes(name))) {
    const own = person.role === 'merchant_admin' ? [shopOf(shops, 'koffie').merchantId] : [];
    const body = {
      email: person.email,
      password: person.password,
      display_name: person.name,
      roles: [person.role],
      merchants: own,
    };
    await until(`an account for ${person.name}`, () => api.post('/users', { token, body }));
  }
}

/** Ada and Ben, who can be logged in as. */
async function customers(token: string, shops: Shop[]): Promise<void> {
  for (const person of run.people.filter(({ role }) => role === 'customer')) {
    const shop = shopOf(shops, 'koffie');
    const body = {
      email: person.email,
      password: person.password,
      display_name: person.name,
      roles: ['customer'],
      merchants: [shop.merchantId],
    };
    const created = await api.post<{ id: string }>('/users', { token, body });
    shop.memberIds.push(created.id);
  }
}

async function members(token: string, shop: Shop): Promise<void> {
  const { slug, members: count } = shop.demo;
  const people = Array.from({ length: count }, (_, index) => ({
    id: derivedId(memberSpace, `${slug}:${index}`),
    email: `member${index + 1}@${slug}.demo.test`,
    display_name: `${random.pick(firstNames)} ${random.pick(lastNames)}`,
    merchant_id: shop.merchantId,
  }));
  for (let from = 0; from < people.length; from += perImport) {
    await api.post('/users/import', {
      token,
      merchantId: shop.merchantId,
      body: { users: people.slice(from, from + perImport) },
    });
  }
  shop.memberIds.push(...people.map(({ id }) => id));
}

/** Ninety days of history. A few members buy often: that is what fills the upper tiers. */
async function orders(token: string, shop: Shop): Promise<void> {
  const today = Math.floor(Date.now() / dayMs) * dayMs;
  const history = Array.from({ length: days * shop.demo.ordersPerDay }, (_, index) => {
    const placed = today - days * dayMs + Math.floor(index / shop.demo.ordersPerDay) * dayMs + random.below(dayMs);
    const lines = Array.from({ length: 1 + random.below(3) }, () => random.pick(shop.variants));
    const bought = [...new Map(lines.map((variant) => [variant.id, variant])).values()];
    return {
      external_number: `${shop.demo.slug.toUpperCase()}-H${index + 1}`,
      member_id: shop.memberIds[Math.floor(shop.memberIds.length * random.next() ** 3)],
      placed_at: new Date(placed).toISOString(),
      lines: bought.map(({ id, priceMinor }) => ({
        variant_id: id,
        quantity: 1 + random.below(2),
        unit_price_minor: priceMinor,
      })),
    };
  });
  for (let from = 0; from < history.length; from += perImport) {
    const body = { orders: history.slice(from, from + perImport) };
    // The catalogue travels to the orders service by message: until it is there, lines are refused and asked again.
    await until('imported orders', async () => {
      const report = await api.post<{ refused: number }>('/orders/import', {
        token,
        merchantId: shop.merchantId,
        body,
      });
      return report.refused === 0 ? report : undefined;
    });
  }
}

async function coupons(token: string, shops: Shop[]): Promise<void> {
  for (const { merchantId } of shops) {
    await api.post('/coupons', {
      token,
      merchantId,
      body: { code: 'WELCOME10', kind: 'percent', percent_bps: 1_000, max_uses_per_member: 1 },
    });
    await api.post('/coupons', {
      token,
      merchantId,
      body: { code: 'FIVER', kind: 'fixed', amount_minor: 500, min_spend_minor: 2_500, max_uses: 1_000 },
    });
  }
}

/** Sends the shop's events to the inspector, which is told the secret so that it can check the signatures. */
/** So that a withdrawal can be shown in a minute: no cooling down, and a person who looks at each. */
async function payouts(token: string, shops: Shop[]): Promise<void> {
  for (const { demo, merchantId } of shops)
    await api.put('/payouts/settings', {
      token,
      merchantId,
      ifMatch: 0,
      body: {
        currency: demo.currency,
        minimum_minor: 100,
        maximum_minor: 1_000_000,
        fee_fixed_minor: 0,
        fee_basis_points: 0,
        auto_approve_below_minor: 0,
        second_approver_from_minor: 500_000,
        cool_down_minutes: 0,
        verified_only: false,
        batch_times: [],
      },
    });
}

async function webhooks(token: string, { merchantId }: Shop): Promise<void> {
  const body = {
    url: `${run.url}/dev/webhooks/in/koffie`,
    event_types: [
      'orders.order.completed',
      'orders.order.refunded',
      'loyalty.points.earned',
      'loyalty.points.clawed_back',
    ],
  };
  const endpoint = await api.post<{ secret: string }>('/webhooks/endpoints', { token, merchantId, body });
  await api.put('//dev/webhooks/in/koffie', { body: { secret: endpoint.secret } });
}

function shopOf(shops: readonly Shop[], slug: string): Shop {
  const shop = shops.find(({ demo }) => demo.slug === slug);
  if (!shop) throw new Error(`there is no shop ${slug}`);
  return shop;
}

main().catch((error: unknown) => {
  console.error(`  ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
