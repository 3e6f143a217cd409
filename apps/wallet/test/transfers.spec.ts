import { transferCompleted } from '@florin/contracts';
import { newId } from '@florin/kernel';
import type { TransferDto } from '../src/transfers/transfer.dto';
import { House, type Member, type Page } from './house';

let house: House;
let ada: Member;
let ben: Member;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(async () => ([ada, ben] = await Promise.all([house.rich(1_000), house.rich(50)])));

const path = '/api/v1/wallet/transfers';
const give = (from: Member, to: { id: string }, amount_minor: number, more: object = {}, key?: string) =>
  from.http.post<TransferDto>(path, { to_member_id: to.id, amount_minor, currency: 'EUR', ...more }, { key });
const posted = async (member: Member, currency = 'EUR') => (await house.wallet(member, currency))?.posted_minor;

it('WAL-02: money goes from one wallet to the other once, and both read why', async () => {
  const answer = await give(ada, ben, 300, { note: 'For lunch' });
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({
    from_member_id: ada.id,
    to_member_id: ben.id,
    amount_minor: 300,
    note: 'For lunch',
  });
  expect([await posted(ada), await posted(ben)]).toEqual([700, 350]);
  for (const member of [ada, ben]) {
    expect((await member.http.get<TransferDto>(`${path}/${answer.body.id}`)).body).toEqual(answer.body);
    expect((await member.http.get<Page<TransferDto>>(path)).body.data).toEqual([answer.body]);
  }
  expect(await house.said(transferCompleted, { transferId: answer.body.id })).toEqual({
    transferId: answer.body.id,
    merchantId: house.merchantId,
    fromMemberId: ada.id,
    toMemberId: ben.id,
    currency: 'EUR',
    amountMinor: 300,
  });
  expect(await house.booked(`transfer:${answer.body.id}`)).toMatchObject([{ amount: -300 }, { amount: 300 }]);
});

it('GAP-WAL-04: fifty parallel calls with one key move the money once; other input under it is refused', async () => {
  const key = newId();
  const answers = await Promise.all(Array.from({ length: 50 }, () => give(ada, ben, 100, {}, key)));
  for (const { status } of answers) expect([201, 409]).toContain(status);
  const later = await give(ada, ben, 100, {}, key);
  expect([later.status, later.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
  expect(new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id))).toEqual(
    new Set([later.body.id]),
  );
  expect([await posted(ada), await posted(ben)]).toEqual([900, 150]);
  const other = await give(ada, ben, 101, {}, key);
  expect([other.status, other.problem?.code]).toEqual([422, 'idempotency_key_reused']);
  expect(await house.times(transferCompleted, later.body.id)).toBe(1);
});

it('GAP-WAL-03: a crowd that gives from one wallet at once never gives more than is in it, and refuses only the rest', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => give(ada, ben, 100 + (index % 2))));
  const given = answers.filter(({ status }) => status === 201).map(({ body }) => body.amount_minor);
  const refused = answers.filter(({ status }) => status !== 201);
  expect(refused.map(({ status, problem }) => [status, problem?.code])).toEqual(
    refused.map(() => [422, 'insufficient_funds']),
  );
  const sum = given.reduce((total, amount) => total + amount, 0);
  expect([await posted(ada), await posted(ben)]).toEqual([1_000 - sum, 50 + sum]);
  expect(given.length).toBe(9);
  expect(await house.faultsInBooks()).toEqual([]);
});

it('one that cannot be leaves those that share its transaction alone', async () => {
  const answers = await Promise.all([
    give(ada, ben, 10),
    give(ben, ada, 5_000),
    give(ada, { id: newId() }, 10),
    give(ada, ben, 20),
    give(house.member(), ben, 1),
  ]);
  expect(answers.map(({ status, problem }) => problem?.code ?? status)).toEqual([
    201,
    'insufficient_funds',
    'recipient_unknown',
    201,
    'insufficient_funds',
  ]);
  expect([await posted(ada), await posted(ben)]).toEqual([970, 80]);
});

it('refuses what makes no sense, and says which field', async () => {
  const answers = await Promise.all([
    give(ada, ada, 1),
    give(ada, ben, 0),
    give(ada, ben, -5),
    give(ada, ben, 1.5),
    give(ada, ben, 2 ** 53),
    give(ada, ben, 1, { currency: 'XXQ' }),
    give(ada, { id: 'nobody' }, 1),
  ]);
  expect(answers.map(({ status, problem }) => [status, problem?.errors?.[0]?.field])).toEqual([
    [422, 'to_member_id'],
    [400, 'amount_minor'],
    [400, 'amount_minor'],
    [400, 'amount_minor'],
    [400, 'amount_minor'],
    [400, 'currency'],
    [400, 'to_member_id'],
  ]);
  expect((await give(ada, ben, 2 ** 53 - 1)).problem?.code).toBe('insufficient_funds');
  expect(await posted(ada)).toBe(1_000);
});

it('a currency that the recipient never had is opened for them; one that the sender never had holds nothing', async () => {
  await house.topUp(ada, 90, 'USD');
  expect((await give(ada, ben, 40, { currency: 'USD' })).status).toBe(201);
  expect([await posted(ada, 'USD'), await posted(ben, 'USD')]).toEqual([50, 40]);
  expect((await give(ada, ben, 1, { currency: 'CHF' })).problem?.code).toBe('insufficient_funds');
});

it('a transfer stays within the merchant, and nobody else sees it', async () => {
  const elsewhere = house.member(newId(), [newId()]);
  await house.topUp(elsewhere, 10);
  expect((await give(ada, elsewhere, 1)).problem?.code).toBe('recipient_unknown');
  const { body } = await give(ada, ben, 1);
  const stranger = await house.rich(1);
  const sameMemberElsewhere = house.member(ada.id, [newId()]);
  for (const member of [stranger, sameMemberElsewhere]) {
    expect((await member.http.get(`${path}/${body.id}`)).status).toBe(404);
    expect((await member.http.get<Page<TransferDto>>(path)).body.data).toEqual([]);
  }
});

it('lists page by page what was given and got, the latest first, in one currency or in all', async () => {
  await house.topUp(ada, 100, 'USD');
  const made: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    made.unshift((await give(ada, ben, 1)).body.id);
    made.unshift((await give(ben, ada, 1)).body.id);
    made.unshift((await give(ada, ben, 1, { currency: 'USD' })).body.id);
  }
  const paged: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body }: { body: Page<TransferDto> } = await ada.http.get(path, {
      query: { limit: 2, ...(cursor && { cursor }) },
    });
    paged.push(...body.data.map(({ id }) => id));
    cursor = body.next_cursor;
  }
  expect(paged).toEqual(made);
  const { body } = await ben.http.get<Page<TransferDto>>(path, { query: { currency: 'USD' } });
  expect(body.data.map(({ id }) => id)).toEqual(made.filter((_, index) => index % 3 === 0));
});

it('stays within the limits of who gives, and a refused one uses none of their room; a frozen wallet takes nothing', async () => {
  const [gus, hal] = await Promise.all([house.rich(1_000, 'NOK'), house.rich(1, 'NOK')]);
  const officer = house.staff('finance_ops');
  const rules = { currency: 'NOK', rules: { transfer: { per_day_minor: 500 } }, reason: 'Caution' };
  const saved = await officer.put('/api/v1/wallet/limits', rules, { headers: { 'if-match': '"0"' } });
  expect(saved.status).toBe(200);
  const answers: unknown[] = [];
  const nok = { currency: 'NOK' };
  answers.push((await give(gus, hal, 400, nok)).status);
  answers.push((await give(gus, hal, 101, nok)).problem?.code);
  answers.push((await give(gus, { id: newId() }, 100, nok)).problem?.code);
  answers.push((await give(gus, hal, 100, nok)).status);
  answers.push((await give(gus, hal, 1, nok)).problem?.code);
  expect(answers).toEqual([201, 'limit_per_day', 'recipient_unknown', 201, 'limit_per_day']);
  const freeze = { scope: 'all', reason: 'The card was stolen' };
  expect((await officer.post(`/api/v1/wallet/members/${ben.id}/freezes`, freeze)).status).toBe(201);
  expect((await give(ben, ada, 1)).problem?.code).toBe('wallet_frozen');
  expect((await give(ada, ben, 1)).problem?.code).toBe('recipient_cannot_receive');
  expect([await posted(ada), await posted(ben)]).toEqual([1_000, 50]);
});
