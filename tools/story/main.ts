import { until } from '../client/api';
import { prove as proverSays, verdictOf } from '../client/prover';
import type { Cart, Order, Page, Product, Receipt, Refund, Tokens } from '../client/shapes';
import { api, balanceOf, logIn, mailTo, receiptOf, revenueOf, run, teller, waitSeconds } from './stage';
import { amount, expect } from './teller';
import { statement, withdraw } from './withdrawal';

const topupMinor = 2_000;

interface Shopper {
  email: string;
  password: string;
  token: string;
  merchantId: string;
}

async function main(): Promise<void> {
  console.log('\n  The main job: one shopper’s money and points, over the public API\n');
  const agent = await logIn('agent');
  const analyst = await logIn('marketing');
  const shopper = await joinIn();
  const product = await browse(shopper);
  await topUp(shopper);
  const before = await revenueOf(analyst, shopper.merchantId);
  const order = await buy(shopper, product);
  await stockTaken(agent, shopper, order);
  await paid(shopper, order);
  await mailed(shopper, order.number, 'order confirmed by mail');
  const earned = await earnedPoints(shopper, order);
  await cashback(shopper, order);
  await webhook('orders.order.completed', order.id, 'webhook delivered');
  await inAnalytics(analyst, shopper.merchantId, before, order);
  await refundOneLine(agent, shopper, order, earned);
  await withdraw(shopper.token, await logIn('finance'), shopper.merchantId);
  await statement(shopper.token);
  await prove();
  console.log(`\n  The main job ended well: ${teller.summary}\n`);
  await api.close();
}

async function joinIn(): Promise<Shopper> {
  const merchants = await api.get<Page<{ id: string; slug: string }>>('/merchants');
  const merchantId = merchants.data.find(({ slug }) => slug === 'koffie')?.id;
  expect(merchantId, 'the demonstration has the merchant koffie');
  const email = `shopper-${Date.now().toString(36)}@demo.test`;
  const password = `rolling-${Math.random().toString(36).slice(2)}-Boat`;
  await teller.step('sign up', async () => {
    await api.post('/auth/sign-up', {
      body: { merchant_id: merchantId, email, password, display_name: 'Sam Shopper' },
    });
    return { saw: email, value: undefined };
  });
  const link = await teller.step('mail arrives', async () => {
    const mail = await mailTo(email, 'confirm');
    const found = mail.links.find((each) => each.includes('/auth/verify-email'));
    expect(found, 'the mail has a link that verifies the address');
    return { saw: `"${mail.subject}"`, look: `${run.url}/dev/mail`, value: found };
  });
  await teller.step('verify the address', async () => {
    const token = new URL(link).searchParams.get('token');
    const { verified } = await api.post<{ verified: boolean }>('/auth/verify-email', { body: { token } });
    const again = await api.call('POST', '/auth/verify-email', { body: { token } });
    expect(verified && again.status === 410, 'the link works once and only once');
    return { saw: 'the link works once', value: undefined };
  });
  const token = await teller.step('log in', async () => {
    const wrong = await api.call<{ code: string }>('POST', '/auth/login', {
      body: { email, password: `${password}x` },
    });
    expect(wrong.status === 401, 'a wrong password is refused');
    const tokens = await api.post<Tokens>('/auth/login', { body: { email, password } });
    return { saw: 'an access token for 15 minutes; a wrong password is refused', value: tokens.access_token };
  });
  return { email, password, token, merchantId };
}

async function browse(shopper: Shopper): Promise<Product> {
  return teller.step('browse', async () => {
    const products = await api.get<Page<Product>>(`/products?merchant_id=${shopper.merchantId}&limit=50`);
    const product = products.data.find(({ variants }) => variants.length > 1);
    expect(product, 'there is a product with two variants');
    return {
      saw: `${products.data.length} products; takes "${product.title}"`,
      look: `${run.url}/docs`,
      value: product,
    };
  });
}

async function topUp({ token }: Shopper): Promise<void> {
  await teller.step('top up the wallet', async () => {
    const body = { amount_minor: topupMinor, currency: 'EUR', card_token: 'tok_visa' };
    const topup = await api.post<{ state: string }>('/topups', { token, body, wait: waitSeconds });
    const balance = await balanceOf(token);
    expect(
      topup.state === 'completed' && balance.available_minor === topupMinor,
      'the wallet holds what the card paid',
    );
    return { saw: `${amount(topupMinor, 'EUR')} from a sandbox card`, value: undefined };
  });
}

async function buy({ token }: Shopper, product: Product): Promise<Order> {
  const [first, second] = product.variants;
  expect(first && second, 'the product has two variants');
  const cart = await teller.step('fill a cart and use a coupon', async () => {
    const filled = await api.post<Cart>('/carts', { token, body: { lines: [{ variant_id: first.id, quantity: 2 }] } });
    await api.post<Cart>(`/carts/${filled.id}/lines`, { token, body: { variant_id: second.id, quantity: 1 } });
    const priced = await api.get<Cart>(`/carts/${filled.id}?coupon_code=WELCOME10`, { token });
    expect(priced.discount_minor > 0, 'the coupon takes something off');
    return {
      saw: `${amount(priced.total_minor, 'EUR')} after ${amount(priced.discount_minor, 'EUR')} off`,
      value: priced,
    };
  });
  return teller.step('check out with wallet and card', async () => {
    const body = {
      cart_id: cart.id,
      coupon_code: 'WELCOME10',
      payment: { wallet_minor: topupMinor, card_token: 'tok_visa' },
    };
    const placed = await api.post<Order>('/orders', { token, body, wait: waitSeconds });
    const order = await api.get<Order>(`/orders/${placed.id}`, { token });
    expect(order.status === 'completed', `the order is completed, not ${order.status} ${order.reason_code ?? ''}`);
    expect(order.total_minor === cart.total_minor, 'the order costs what the cart said');
    expect(order.wallet_minor + order.card_minor === order.total_minor, 'the tenders pay the total');
    const tenders = `${amount(order.wallet_minor, 'EUR')} wallet + ${amount(order.card_minor, 'EUR')} card`;
    return { saw: `order ${order.number}, ${tenders}`, look: `${run.url}/dev/traces`, value: order };
  });
}

async function stockTaken(token: string, { merchantId }: Shopper, order: Order): Promise<void> {
  await teller.step('stock taken', async () => {
    for (const line of order.lines) {
      const { data } = await until('the movement of the line', async () => {
        const movements = await api.get<Page<{ kind: string; sold: number; reference: string }>>(
          `/stock/${line.variant_id}/movements?limit=100`,
          { token, merchantId },
        );
        return movements.data.some(({ kind }) => kind === 'confirm') ? movements : undefined;
      });
      const sold = data.find(({ kind, sold: units }) => kind === 'confirm' && units === line.quantity);
      expect(sold, `${line.quantity} of "${line.title}" were sold`);
    }
    return { saw: order.lines.map(({ quantity, title }) => `${quantity} × ${title}`).join(', '), value: undefined };
  });
}

async function paid({ token }: Shopper, order: Order): Promise<void> {
  await teller.step('payment captured', async () => {
    const payments = await api.get<Page<{ id: string; state: string; captured_minor: number }>>(
      `/payments?order_id=${order.id}`,
      { token },
    );
    const [payment] = payments.data;
    expect(
      payment?.state === 'captured' && payment.captured_minor === order.card_minor,
      'the card was charged exactly the card part',
    );
    const balance = await balanceOf(token);
    expect(balance.available_minor === topupMinor - order.wallet_minor, 'the wallet paid exactly the wallet part');
    return {
      saw: `${amount(payment.captured_minor, 'EUR')} at the processor, ${amount(order.wallet_minor, 'EUR')} from the wallet`,
      value: undefined,
    };
  });
}

async function mailed({ email }: Shopper, number: string, title: string): Promise<void> {
  await teller.step(title, async () => {
    const mail = await mailTo(email, number);
    return { saw: `"${mail.subject}"`, look: `${run.url}/dev/mail`, value: undefined };
  });
}

async function earnedPoints({ token }: Shopper, order: Order): Promise<Receipt> {
  return teller.step('points earned', async () => {
    const receipt = await receiptOf(token, ({ order_id, kind }) => order_id === order.id && kind === 'earn');
    expect(receipt.points > 0 && receipt.steps.length > 3, 'the receipt says how many points and why');
    const why = receipt.steps.map(({ step, detail, value }) => `${step} ${value} (${detail})`).join('; ');
    return { saw: `${receipt.points} points`, look: why, value: receipt };
  });
}

async function cashback({ token }: Shopper, order: Order): Promise<void> {
  await teller.step('cashback pending', async () => {
    const found = await until('cashback', async () => {
      const list = await api.get<Page<{ order_id: string; state: string; amount_minor: number; payable_at: string }>>(
        '/cashback',
        { token },
      );
      return list.data.find(({ order_id }) => order_id === order.id);
    });
    const balance = await balanceOf(token);
    expect(
      found.state === 'pending' && balance.cashback_pending_minor === found.amount_minor,
      'the cashback is pending in the wallet',
    );
    return { saw: `${amount(found.amount_minor, 'EUR')}, payable ${found.payable_at.slice(0, 10)}`, value: undefined };
  });
}

async function webhook(type: string, orderId: string, title: string): Promise<void> {
  await teller.step(title, async () => {
    const delivery = await until(`a webhook ${type}`, async () => {
      const list = await api.get<{ data: { signature_valid: boolean; body: string }[] }>(
        `//dev/webhooks/deliveries?name=koffie&type=${type}`,
      );
      return list.data.find(({ body }) => body.includes(orderId));
    });
    expect(delivery.signature_valid, 'the signature is valid');
    return { saw: `${type}, signature checked`, look: `${run.url}/dev/webhooks`, value: undefined };
  });
}

async function inAnalytics(token: string, merchantId: string, before: number, order: Order): Promise<void> {
  await teller.step('sale visible in analytics', async () => {
    const sales = await until('the sale in analytics', async () => {
      const now = await revenueOf(token, merchantId);
      return now >= before + order.total_minor ? now : undefined;
    });
    return { saw: `sales of today ${amount(before, 'EUR')} → ${amount(sales, 'EUR')}`, value: undefined };
  });
}

async function refundOneLine(token: string, shopper: Shopper, order: Order, earned: Receipt): Promise<void> {
  const line = order.lines[0];
  expect(line, 'the order has a line');
  const walletBefore = (await balanceOf(shopper.token)).available_minor;
  const refund = await teller.step('refund one line', async () => {
    const body = {
      lines: [{ line_id: line.line_id, quantity: line.quantity }],
      reason: 'changed their mind',
      restock: true,
    };
    const asked = await api.post<Refund>(`/orders/${order.id}/refunds`, {
      token,
      merchantId: shopper.merchantId,
      body,
      wait: waitSeconds,
    });
    const done = await until('the refund', async () => {
      const now = await api.get<Refund>(`/orders/${order.id}/refunds/${asked.id}`, {
        token,
        merchantId: shopper.merchantId,
      });
      return now.status === 'requested' ? undefined : now;
    });
    expect(
      done.status === 'completed' && done.total_minor === line.total_minor,
      'exactly what the line cost comes back',
    );
    expect(done.wallet_minor + done.card_minor === done.total_minor, 'each tender gets its part');
    const walletNow = (await balanceOf(shopper.token)).available_minor;
    expect(walletNow === walletBefore + done.wallet_minor, 'the wallet part is back in the wallet');
    return {
      saw: `${amount(done.wallet_minor, 'EUR')} to the wallet, ${amount(done.card_minor, 'EUR')} to the card`,
      value: done,
    };
  });
  await teller.step('its points come back', async () => {
    const receipt = await receiptOf(
      shopper.token,
      ({ refund_id, kind }) => refund_id === refund.id && kind === 'clawback',
    );
    const left = earned.points + receipt.points;
    expect(receipt.points < 0 && receipt.balance_after === left, 'the balance is what the kept line earned');
    return { saw: `${receipt.points} points, ${left} left`, value: undefined };
  });
}

async function prove(): Promise<void> {
  await teller.step('nothing was lost or doubled', async () => {
    const { status, text } = await proverSays(run, 60);
    expect(status === 0, `the prover is satisfied, but it says:\n${text}`);
    return { saw: verdictOf(text), look: 'npm run florin -- prove', value: undefined };
  });
}

main().catch(() => process.exit(1));
