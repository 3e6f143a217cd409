import {
  emailVerificationRequested,
  messageSent,
  orderCancelled,
  orderCompleted,
  orderRefunded,
  payoutChanged,
  tierUpgraded,
  userVerified,
} from '@florin/contracts';
import { newId } from '@florin/kernel';
import { eventually } from '@florin/testing';
import { House, seal } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());

const newAddress = () => `${newId()}@demo.test`;

describe('what people are told', () => {
  it('NOT-16, NOT-02, NOT-32: an order is confirmed by mail, as text and as HTML, with its lines and its total', async () => {
    const [line] = orderCompleted.example.lines;
    const lines = [
      { ...line, quantity: 2, title: 'Beans <b>&</b> more', totalMinor: 2_900 },
      { ...line, lineId: newId(), quantity: 1, title: 'Filters', totalMinor: 333 },
    ] as typeof orderCompleted.example.lines;
    const {
      email = '',
      memberId,
      orderId,
    } = house.buy({ number: 'F-1007', lines, totalMinor: 3_233, currency: 'EUR' });
    const [mail] = await house.office.to(email);
    expect(mail?.subject).toBe('Your order F-1007');
    expect(mail?.from).toEqual({ name: 'Florin', address: 'shop@demo.test' });
    expect(mail?.to).toEqual([{ name: '', address: email }]);
    expect(mail?.text).toContain('2 x Beans <b>&</b> more  EUR\u00a029.00');
    expect(mail?.text).toContain('Total EUR\u00a032.33');
    expect(mail?.html).toContain('<td>Beans &lt;b&gt;&amp;&lt;/b&gt; more</td><td>EUR\u00a029.00</td>');
    const { id } = await house.message(memberId, 'sent', 1);
    expect(mail?.messageId).toBe(`<${id}@florin>`);
    const said = await eventually(() => {
      const found = house.peer.of(messageSent, { messageId: id });
      return found.length > 0 && found;
    });
    expect(said).toEqual([
      {
        messageId: id,
        intent: `order_confirmed:${orderId}`,
        channel: 'email',
        recipientMasked: masked(email),
        userId: memberId,
      },
    ]);
  });

  it('an address is verified by a link that only this service can open, each time it is asked for', async () => {
    const [email, userId] = [newAddress(), newId()];
    const link = 'https://florin.test/api/v1/auth/verify-email?token=abc&x=1';
    const data = {
      userId,
      merchantId: house.merchantId,
      email,
      displayName: 'Ada',
      expiresAt: '2026-11-22T10:15:00.000Z',
    };
    for (let time = 0; time < 2; time += 1)
      house.peer.say(emailVerificationRequested, { ...data, sealedLink: await seal(link) });
    const mails = await house.office.to(email, 2);
    for (const mail of mails) {
      expect(mail.text).toContain(link);
      expect(mail.html).toContain(`<a href="${link.replace('&', '&amp;')}">`);
      expect(mail.text).toContain('22 November 2026, 10:15 UTC');
    }
    expect(await house.count('notifications AS kept WHERE strpos(kept::text, $1) > 0', ['token=abc'])).toBe(0);
  });

  it('a cancelled and a refunded order, each once', async () => {
    const [cancelled, refunded] = [newAddress(), newAddress()];
    const about = { orderId: newId(), memberId: newId(), merchantId: house.merchantId };
    const reason = 'The card was declined';
    house.peer.say(orderCancelled, { ...orderCancelled.example, ...about, email: cancelled, number: 'F-1', reason });
    const money = { refundId: newId(), totalMinor: 1_250, currency: 'EUR', number: 'F-2' };
    house.peer.say(orderRefunded, { ...orderRefunded.example, ...about, email: refunded, ...money });
    expect((await house.office.to(cancelled))[0]?.text).toContain('Order F-1 was cancelled: The card was declined');
    expect((await house.office.to(refunded))[0]?.text).toContain('We gave back EUR\u00a012.50 of order F-2');
  });

  it('a new tier, at the address that was verified', async () => {
    const [email, memberId] = [newAddress(), newId()];
    const { merchantId } = house;
    const id = house.peer.say(userVerified, {
      userId: memberId,
      merchantId,
      email,
      displayName: 'Ada',
      verifiedAt: new Date().toISOString(),
    });
    await house.heard('on.auth.user.verified', id);
    const upgrade = { memberId, merchantId, programId: newId(), fromTier: 'silver', toTier: 'gold' };
    house.peer.say(tierUpgraded, { ...upgrade, toTier: 'history', origin: 'import' });
    house.peer.say(tierUpgraded, upgrade);
    const [mail] = await house.office.to(email);
    expect([mail?.subject, mail?.text]).toEqual(['You are gold now', expect.stringContaining('Hello Ada')]);
    expect(await house.messages(memberId)).toHaveLength(1);
  });

  it('WAL-03: a withdrawal that was approved, that was paid, and that came back; nothing about its other steps', async () => {
    const [email, memberId] = [newAddress(), newId()];
    const { merchantId } = house;
    const verified = { ...userVerified.example, userId: memberId, merchantId, email, displayName: 'Ada' };
    await house.heard('on.auth.user.verified', house.peer.say(userVerified, verified));
    const withdrawal = { ...payoutChanged.example, withdrawalId: newId(), memberId, merchantId };
    for (const state of ['requested', 'approved', 'submitted', 'unknown', 'paid', 'paid', 'returned'] as const)
      await house.heard('on.wallet.payout.changed', house.peer.say(payoutChanged, { ...withdrawal, state }));
    const mails = await house.office.to(email, 3);
    expect(mails.map(({ subject }) => subject).sort()).toEqual([
      'Your withdrawal is approved',
      'Your withdrawal is paid',
      'Your withdrawal was not paid',
    ]);
    expect(mails.find(({ subject }) => subject?.endsWith('approved'))?.text).toContain(
      'EUR\u00a049.00 are on their way',
    );
    expect(mails.find(({ subject }) => subject?.endsWith('not paid'))?.text).toContain('was returned. EUR\u00a050.00');
  });

  it('nothing about orders that another system sold', async () => {
    const imported = house.buy({ origin: 'import' });
    const bought = house.buy({ memberId: imported.memberId });
    await house.office.to(bought.email ?? '');
    expect((await house.messages(imported.memberId)).map(({ intent }) => intent)).toEqual([
      `order_confirmed:${bought.orderId}`,
    ]);
  });

  it('what a shopper calls herself never becomes another header or another recipient', async () => {
    const bought = house.buy({ number: 'F-1\r\nBcc: eve@demo.test', email: `"a, eve@demo.test" <${newAddress()}>` });
    const told = house.buy({ number: 'F-2\r\nBcc: eve@demo.test' });
    const [mail] = await house.office.to(told.email ?? '');
    expect(mail?.subject).toBe('Your order F-2 Bcc: eve@demo.test');
    await house.heard('on.orders.order.completed', bought.messageId);
    expect(house.office.letters.flatMap(({ to }) => to)).not.toContain('eve@demo.test');
  });
});

describe('the delivery log', () => {
  it('SEC-09: shows the merchant what was sent, with addresses masked, newest first', async () => {
    const memberId = newId();
    const first = house.buy({ memberId });
    await house.office.to(first.email ?? '');
    const second = house.buy({ memberId });
    await house.office.to(second.email ?? '');
    const sent = await eventually(async () => {
      const messages = await house.messages(memberId);
      return messages.every(({ state }) => state === 'sent') && messages;
    });
    expect(sent).toMatchObject([
      { intent: `order_confirmed:${second.orderId}`, recipient_masked: masked(second.email ?? ''), attempts: 1 },
      { intent: `order_confirmed:${first.orderId}`, recipient_masked: masked(first.email ?? ''), last_error: null },
    ]);
    expect(JSON.stringify(sent)).not.toContain(first.email);
  });

  it('NOT-07, K8S-16: lies in sixteen partitions by person, and the intent is unique in them', async () => {
    expect(await house.count(`pg_inherits WHERE inhparent = 'notifications'::regclass`)).toBe(16);
    const { memberId, email = '' } = house.buy();
    await house.office.to(email);
    const copy = `INSERT INTO notifications (user_id, id, merchant_id, channel, intent, template, recipient, variables)
      SELECT user_id, gen_random_uuid(), merchant_id, channel, intent, template, recipient, variables FROM notifications WHERE user_id = $1`;
    await expect(house.service.query(copy, [memberId])).rejects.toThrow(/unique constraint/);
  });

  it('AUTH-48: of another merchant is not shown, nor sent again', async () => {
    const { memberId, email = '' } = house.buy();
    await house.office.to(email);
    const { id } = await house.message(memberId, 'sent');
    const stranger = house.staff('ops_marketing', newId());
    expect((await stranger.get<{ data: unknown[] }>('/api/v1/notifications/messages')).body.data).toEqual([]);
    const agent = house.staff('support_agent', newId());
    expect((await agent.post(`/api/v1/notifications/messages/${id}/resend`)).status).toBe(404);
    expect((await house.staff('customer').get('/api/v1/notifications/messages')).status).toBe(403);
  });
});

function masked(email: string): string {
  return `${email.slice(0, 1)}***@demo.test`;
}
