import { cashbackAccrued } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { type House, type Member, soon } from './house';

interface Made {
  id: string;
}

/** One of each thing that members hold beside money, by the path under which it is read. */
export async function heldBeside(house: House, member: Member): Promise<Record<string, string>> {
  const staff = house.staff('finance_ops');
  const make = async (path: string, input: object): Promise<string> => {
    const answer = await staff.post<Made>(`/api/v1/wallet/${path}`, input);
    expect(answer.status).toBe(201);
    return answer.body.id;
  };
  const money = { amount_minor: 500, currency: 'EUR' };
  const cards = await staff.post<{ cards: { id: string; code: string }[] }>('/api/v1/wallet/gift-cards', {
    ...money,
    reason: 'Sold',
  });
  const [card] = cards.body.cards;
  expect((await member.http.post('/api/v1/wallet/gift-cards/claim', { code: card?.code })).status).toBe(200);
  await make('exchange/rates', { base: 'EUR', quote: 'USD', rate: '1.08', source: 'ECB' });
  const asked = { from_currency: 'EUR', to_currency: 'USD', from_minor: 100 };
  const quote = await member.http.post<Made>('/api/v1/wallet/exchange/quotes', asked);
  const cashbackId = newId();
  const payableAt = new Date(Date.now() + 86_400_000).toISOString();
  const of = { orderId: newId(), memberId: member.id, merchantId: house.merchantId };
  house.say(cashbackAccrued, { ...of, cashbackId, amountMinor: 100, currency: 'EUR', payableAt });
  await soon(async () => expect(await house.count('wallet_cashback WHERE id = $1', [cashbackId])).toBe(1));
  return {
    '/wallet/gift-cards': card?.id ?? '',
    '/wallet/store-credit': await make('store-credit', { ...money, member_id: member.id, reason: 'Sorry' }),
    '/wallet/vouchers/campaigns': await make('vouchers/campaigns', { ...money, name: 'Welcome', budget_minor: 5_000 }),
    '/wallet/exchange/quotes': quote.body.id,
    '/cashback': cashbackId,
  };
}
