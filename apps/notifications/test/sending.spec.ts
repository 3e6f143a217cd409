import { messageSent } from '@florin/contracts';
import { hourMs, minuteMs, newId, secondMs } from '@florin/kernel';
import { eventually } from '@florin/testing';
import { House } from './house';

let house: House;
beforeEach(async () => (house = await House.open()));
afterEach(() => house.close());

/** As the README promises. */
const waits = [5 * secondMs, 30 * secondMs, 2 * minuteMs, 10 * minuteMs, hourMs, 6 * hourMs];

it('a mail that is refused is tried again after each wait, then given up with the reason', async () => {
  house.office.refusesWith = 451;
  const { memberId } = house.buy();
  for (const [index, wait] of waits.entries()) {
    const { id } = await house.message(memberId, 'pending', index + 1);
    expect(await dueOf(id)).toEqual(new Date(house.clock.now().getTime() + wait));
    house.clock.advance(wait);
  }
  const given = await house.message(memberId, 'failed', waits.length + 1);
  expect(given.last_error).toContain('Come back later');
  const kept = await house.service.query<{ attempt: number; outcome: string }>(
    'SELECT attempt, outcome FROM notification_attempts WHERE message_id = $1 ORDER BY id',
    [given.id],
  );
  expect(kept).toEqual([1, 2, 3, 4, 5, 6, 7].map((attempt) => ({ attempt, outcome: 'failed' })));
  expect(house.peer.of(messageSent)).toEqual([]);
});

it('a mail that was refused first arrives once when the server takes it', async () => {
  house.office.refusesWith = 451;
  const { memberId, email = '' } = house.buy();
  await house.message(memberId, 'pending', 1);
  house.office.refusesWith = undefined;
  house.clock.advance(5 * secondMs);
  await house.message(memberId, 'sent', 2);
  expect(await house.office.to(email)).toHaveLength(1);
});

it('GAP-NOT-07: a message that was given up can be sent again by hand, once per key', async () => {
  house.office.refusesWith = 550;
  const { memberId, email = '' } = house.buy();
  for (const [index, wait] of waits.entries()) {
    await house.message(memberId, 'pending', index + 1);
    house.clock.advance(wait);
  }
  const { id } = await house.message(memberId, 'failed');
  house.office.refusesWith = undefined;
  const agent = house.staff('support_agent');
  const again = (key: string) => agent.post(`/api/v1/notifications/messages/${id}/resend`, {}, { key });
  expect((await again('again')).status).toBe(202);
  await house.message(memberId, 'sent', 1);
  expect((await again('again')).headers.get('idempotent-replayed')).toBe('true');
  expect(await house.office.to(email)).toHaveLength(1);
  expect((await again('once-more')).status).toBe(202);
  const mails = await house.office.to(email, 2);
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
});

it('a message that is on its way is not sent again by hand', async () => {
  house.office.refusesWith = 451;
  const { memberId } = house.buy();
  const { id } = await house.message(memberId, 'pending', 1);
  const answer = await house.staff('support_agent').post(`/api/v1/notifications/messages/${id}/resend`);
  expect([answer.status, answer.problem?.code]).toEqual([409, 'message_pending']);
});

describe('exactly one message per intent', () => {
  it('DIF-NOT-1: although the event comes twice, under one id or two', async () => {
    const bought = house.buy();
    const { messageId, ...event } = bought;
    house.buy(event, messageId);
    const other = house.buy(event, newId());
    await house.heard('on.orders.order.completed', messageId, other.messageId);
    await house.message(bought.memberId, 'sent', 1);
    const later = house.buy();
    await house.office.to(later.email ?? '');
    expect(await house.office.to(bought.email ?? '')).toHaveLength(1);
    await eventually(() => house.peer.of(messageSent, { userId: later.memberId }).length === 1);
    expect(house.peer.of(messageSent, { userId: bought.memberId })).toHaveLength(1);
  });

  it('DIF-NOT-1: although the process is restarted before the mail could be sent, and the event comes again', async () => {
    house.office.refusesWith = 451;
    const bought = house.buy();
    const { messageId, ...event } = bought;
    await house.message(bought.memberId, 'pending', 1);
    await house.restart();
    house.office.refusesWith = undefined;
    house.buy(event, messageId);
    house.clock.advance(5 * secondMs);
    await house.message(bought.memberId, 'sent', 2);
    await house.restart();
    house.buy(event, messageId);
    const later = house.buy();
    await house.office.to(later.email ?? '');
    expect(await house.office.to(bought.email ?? '')).toHaveLength(1);
  });

  it('DIF-NOT-1: a crash between the server’s answer and our note repeats the mail with the same Message-ID', async () => {
    const { memberId, email = '' } = house.buy();
    await house.message(memberId, 'sent', 1);
    // What such a crash leaves behind: claimed, and nobody there any more.
    await house.service.query(
      `UPDATE notifications SET state = 'pending', attempts = 0, sent_at = NULL, next_at = created_at, lease_until = now() + interval '1 second' WHERE user_id = $1`,
      [memberId],
    );
    await house.restart();
    const mails = await house.office.to(email, 2);
    await house.message(memberId, 'sent', 1);
    expect(mails[1]?.messageId).toBe(mails[0]?.messageId);
  });

  it('DIF-NOT-1: with two processes that send side by side', async () => {
    const second = await house.another();
    const bought = Array.from({ length: 60 }, () => house.buy());
    await eventually(() => house.office.letters.length >= 60);
    for (const { email = '' } of bought) expect(await house.office.to(email)).toHaveLength(1);
    expect(house.office.attempts).toBe(60);
    await second.close();
  });
});

it('a mail that waits is not sent before it is due', async () => {
  house.office.refusesWith = 451;
  const { memberId } = house.buy();
  await house.message(memberId, 'pending', 1);
  house.clock.advance(5 * secondMs - 1);
  const later = house.buy();
  await house.message(later.memberId, 'pending', 1);
  await house.message(memberId, 'pending', 1);
  expect(house.office.attempts).toBe(2);
});

async function dueOf(id: string): Promise<Date | undefined> {
  const [row] = await house.service.query<{ next_at: Date }>('SELECT next_at FROM notifications WHERE id = $1', [id]);
  return row?.next_at;
}
