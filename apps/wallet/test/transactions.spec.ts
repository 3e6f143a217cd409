import { newId } from '@florin/kernel';
import type { WalletEntryDto } from '../src/accounts/transaction.dto';
import type { WalletDto } from '../src/accounts/wallet.dto';
import { House, type Member, type Page } from './house';

let house: House;
let ada: Member;
let ben: Member;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(async () => ([ada, ben] = await Promise.all([house.rich(1_000), house.rich(1)])));

const path = '/api/v1/wallet/transactions';
const list = async (member: Member, query: Record<string, string | number> = {}): Promise<WalletEntryDto[]> => {
  const answer = await member.http.get<Page<WalletEntryDto>>(path, { query });
  expect(answer.status).toBe(200);
  return answer.body.data;
};
const give = (from: Member, to: Member, amount_minor: number, currency = 'EUR') =>
  from.http.post<{ id: string }>('/api/v1/wallet/transfers', { to_member_id: to.id, amount_minor, currency });

it('WAL-08: every movement of a wallet is a row of its month with kind, order, other side and balance, and stays as it is', async () => {
  const paid = await house.paid(ada, { walletMinor: 300 });
  const transfer = (await give(ada, ben, 50)).body;
  const rows = await house.service.query<{ partition: string; created_at: Date; balance_after_minor: number }>(
    `SELECT tableoid::regclass::text AS partition, * FROM wallet_transactions WHERE member_id = $1 ORDER BY seq`,
    [ada.id],
  );
  expect(rows).toMatchObject([
    { kind: 'topup', amount_minor: 1_000, balance_after_minor: 1_000, order_id: null, counterparty_id: null },
    {
      kind: 'wallet_payment',
      amount_minor: -300,
      balance_after_minor: 700,
      order_id: paid.orderId,
      counterparty_id: null,
    },
    {
      kind: 'transfer',
      amount_minor: -50,
      balance_after_minor: 650,
      reference: `transfer:${transfer.id}`,
      counterparty_id: ben.id,
    },
  ]);
  for (const { partition, created_at } of rows)
    expect(partition).toBe(`wallet_transactions_${created_at.toISOString().slice(0, 7).replace('-', '_')}`);
  for (const change of ['UPDATE wallet_transactions SET amount_minor = 1', 'DELETE FROM wallet_transactions'])
    await expect(house.service.query(`${change} WHERE member_id = $1`, [ada.id])).rejects.toThrow('append-only');
  expect((await list(ben, { kind: 'transfer' }))[0]).toMatchObject({ amount_minor: 50, counterparty_id: ada.id });
});

it('WAL-08: a month for which nothing was made falls into the default partition and is read like any other', async () => {
  const [{ parts } = { parts: [] }] = await house.service.query<{ parts: string[] }>(
    `SELECT array_agg(inhrelid::regclass::text ORDER BY 1) AS parts FROM pg_inherits WHERE inhparent = 'wallet_transactions'::regclass`,
  );
  expect(parts).toContain('wallet_transactions_default');
  expect(parts.filter((name) => /_20\d\d_\d\d$/.test(name)).length).toBeGreaterThanOrEqual(4);
  await house.service.query(
    `INSERT INTO wallet_transactions SELECT merchant_id, member_id, currency, '2019-05-05', 0, $2, 'opening', 1, 0, '2019-05-05' FROM wallets WHERE member_id = $1`,
    [ada.id, newId()],
  );
  expect((await list(ada)).map(({ kind }) => kind)).toEqual(['topup', 'opening']);
});

it('WAL-02: finds them by currency, kind, order and time, over all currencies at once and page by page', async () => {
  await house.topUp(ada, 90, 'USD');
  const paid = await house.paid(ada, { walletMinor: 10 });
  for (let round = 0; round < 3; round += 1) await give(ada, ben, 1, round === 1 ? 'USD' : 'EUR');
  const all = await list(ada);
  expect(all.map(({ kind, currency }) => `${kind} ${currency}`)).toEqual([
    'transfer EUR',
    'transfer USD',
    'transfer EUR',
    'wallet_payment EUR',
    'topup USD',
    'topup EUR',
  ]);
  const paged: WalletEntryDto[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body }: { body: Page<WalletEntryDto> } = await ada.http.get(path, {
      query: { limit: 2, ...(cursor && { cursor }) },
    });
    paged.push(...body.data);
    cursor = body.next_cursor;
  }
  expect(paged).toEqual(all);
  expect(await list(ada, { currency: 'USD' })).toEqual(all.filter(({ currency }) => currency === 'USD'));
  expect(await list(ada, { kind: 'topup' })).toEqual(all.filter(({ kind }) => kind === 'topup'));
  expect(await list(ada, { order_id: paid.orderId })).toEqual(all.filter(({ kind }) => kind === 'wallet_payment'));
  const [from, to] = [all[4], all[1]].map((entry) => String(entry?.posted_at));
  expect(await list(ada, { from: from ?? '', to: to ?? '' })).toEqual(all.slice(2, 5));
});

it('WAL-01: an empty wallet can be opened, and then others can give to it', async () => {
  const cy = house.member();
  expect((await give(ada, cy, 5)).status).toBe(422);
  const open = () => cy.http.post('/api/v1/wallet/currencies', { currency: 'EUR' });
  expect([(await open()).status, (await open()).status]).toEqual([201, 201]);
  const { body } = await cy.http.get<WalletDto>('/api/v1/wallet');
  expect(body.balances).toMatchObject([{ currency: 'EUR', posted_minor: 0, available_minor: 0 }]);
  expect((await give(ada, cy, 5)).status).toBe(201);
});

it('members see what moved at the merchant in force; staff those of their merchant; nobody else anything', async () => {
  const elsewhere = newId();
  await house.topUp(house.member(ada.id, [elsewhere]), 7);
  expect((await list(ada)).map(({ amount_minor }) => amount_minor)).toEqual([1_000]);
  expect((await list(house.member(ada.id, [elsewhere]))).map(({ amount_minor }) => amount_minor)).toEqual([7]);
  const ofMember = `/api/v1/wallet/members/${ada.id}/transactions`;
  const agent = await house.staff('support_agent').get<Page<WalletEntryDto>>(ofMember);
  expect(agent.body.data.map(({ amount_minor }) => amount_minor)).toEqual([1_000]);
  expect((await house.staff('finance_ops', [newId()]).get<Page<WalletEntryDto>>(ofMember)).body.data).toEqual([]);
  expect((await ben.http.get(ofMember)).status).toBe(403);
});
