import { FixedClock, hourMs, newId } from '@florin/kernel';
import type { BeneficiaryDto } from '../src/beneficiaries/beneficiary.dto';
import type { Member, Page } from './house';
import { ibanOf, nextIban, PayoutsHouse } from './payouts-house';

let payouts: PayoutsHouse;
let ada: Member;
const clock = new FixedClock(new Date());
beforeAll(async () => (payouts = await PayoutsHouse.open({ clock })));
afterAll(() => payouts.close());
beforeEach(async () => {
  await payouts.set({});
  ada = await payouts.house.rich(10_000);
});

const add = (member: Member, body: object, key?: string) =>
  member.http.post<BeneficiaryDto>('/api/v1/beneficiaries', body, key === undefined ? {} : { key });
const mine = async (member: Member) => (await member.http.get<Page<BeneficiaryDto>>('/api/v1/beneficiaries')).body.data;

it('keeps holder and IBAN sealed and shows neither, also not in what is kept to repeat an answer', async () => {
  const [iban, key] = [ibanOf(987_654_321), newId()];
  const spaced = iban.replace(/(.{4})/g, '$1 ').toLowerCase();
  const answer = await add(ada, { holder: 'Ada King Lovelace', iban: spaced }, key);
  expect(answer.body).toMatchObject({
    holder_masked: 'A••• K••• L•••',
    iban_masked: 'DE•• •••• 4321',
    country: 'DE',
    verification: 'unverified',
  });
  expect((await add(ada, { holder: 'Ada King Lovelace', iban: spaced }, key)).body).toEqual(answer.body);
  const dump = JSON.stringify([
    await payouts.house.service.query('SELECT * FROM payout_beneficiaries'),
    await payouts.house.service.query('SELECT * FROM idempotency_keys'),
    await payouts.house.service.query('SELECT * FROM outbox'),
  ]);
  expect(dump).not.toMatch(new RegExp(`Lovelace|${iban.slice(4)}`));
  expect(dump).toContain('local.');
});

it('a sealed account that is moved to another row opens nowhere, so nobody is paid on it', async () => {
  const [own, other] = [await payouts.beneficiary(ada), await payouts.beneficiary(payouts.house.member())];
  await payouts.house.service.query(
    'UPDATE payout_beneficiaries AS one SET sealed = other.sealed FROM payout_beneficiaries AS other WHERE one.id = $1 AND other.id = $2',
    [own.id, other.id],
  );
  const { body } = await payouts.ask(ada, own.id, 4_000);
  await payouts.decide(payouts.officer(), body.id, 'approve');
  await payouts.gather();
  await payouts.reached(body, 'unknown');
  expect(payouts.provider.book.ofIntent(body.id)).toEqual([]);
});

it.each([
  ['a wrong check digit', 'DE88370400440532013000'],
  ['too few digits', 'DE8937040044053201300'],
  ['a country without IBANs', 'US89370400440532013000'],
  ['nothing in it', ''],
])('refuses an IBAN with %s', async (_, iban) => {
  const answer = await add(ada, { holder: 'Ada Lovelace', iban });
  expect([answer.status, answer.problem?.errors?.[0]?.field]).toEqual([400, 'iban']);
});

it('the same account is a beneficiary once, also five times at once', async () => {
  const body = { holder: 'Ada Lovelace', iban: nextIban() };
  const answers = await Promise.all(Array.from({ length: 5 }, () => add(ada, body)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status !== 201).map(({ status }) => status)).toEqual([409, 409, 409, 409]);
  expect(await mine(ada)).toHaveLength(1);
  const again = await add(ada, { ...body, iban: body.iban.toLowerCase() });
  expect([again.status, again.problem?.code]).toEqual([409, 'beneficiary_known']);
});

it('five are enough, whatever arrives at once; removing one makes room', async () => {
  await Promise.all(Array.from({ length: 8 }, () => add(ada, { holder: 'Ada Lovelace', iban: nextIban() })));
  while ((await mine(ada)).length < 5) await add(ada, { holder: 'Ada Lovelace', iban: nextIban() });
  const sixth = await add(ada, { holder: 'Ada Lovelace', iban: nextIban() });
  expect([sixth.status, sixth.problem?.code]).toEqual([422, 'too_many_beneficiaries']);
  const [first] = await mine(ada);
  expect((await ada.http.delete(`/api/v1/beneficiaries/${first?.id}`)).status).toBe(204);
  expect((await add(ada, { holder: 'Ada Lovelace', iban: nextIban() })).status).toBe(201);
});

it('one that is removed is shredded; one to which money is on its way stays', async () => {
  const { id } = await payouts.beneficiary(ada);
  const { body: withdrawal } = await payouts.ask(ada, id, 4_000);
  const early = await ada.http.delete(`/api/v1/beneficiaries/${id}`);
  expect([early.status, early.problem?.code]).toEqual([409, 'beneficiary_in_use']);
  await payouts.decide(ada.http, withdrawal.id, 'cancel');
  expect((await ada.http.delete(`/api/v1/beneficiaries/${id}`)).status).toBe(204);
  expect(await payouts.house.count('payout_beneficiaries WHERE id = $1 AND sealed IS NULL', [id])).toBe(1);
  expect((await payouts.ask(ada, id, 4_000)).status).toBe(404);
  expect((await ada.http.delete(`/api/v1/beneficiaries/${id}`)).status).toBe(404);
});

it('belongs to its member: nobody else sees it, removes it or is paid on it', async () => {
  const { id } = await payouts.beneficiary(ada);
  const ben = await payouts.house.rich(10_000);
  expect(await mine(ben)).toEqual([]);
  expect((await ben.http.delete(`/api/v1/beneficiaries/${id}`)).status).toBe(404);
  const answer = await payouts.ask(ben, id, 4_000);
  expect([answer.status, answer.problem?.code]).toEqual([404, 'beneficiary_not_found']);
});

it('a new one cools down before its first use', async () => {
  await payouts.set({ cool_down_minutes: 120 });
  const { id } = await payouts.beneficiary(ada);
  const early = await payouts.ask(ada, id, 4_000);
  expect([early.status, early.problem?.code]).toEqual([422, 'beneficiary_cooling_down']);
  clock.advance(2 * hourMs);
  expect((await payouts.ask(ada, id, 4_000)).status).toBe(201);
});

it('staff verify and reject; a rejected one is never paid, and settings may ask for verified ones only', async () => {
  await payouts.set({ verified_only: true });
  const { id } = await payouts.beneficiary(ada);
  const say = (verification: string) =>
    payouts.finance.post(`/api/v1/payouts/beneficiaries/${id}/verification`, { verification, note: 'Compared.' });
  expect((await payouts.ask(ada, id, 4_000)).problem?.code).toBe('beneficiary_unverified');
  expect((await say('verified')).status).toBe(200);
  expect((await payouts.ask(ada, id, 4_000)).status).toBe(201);
  await payouts.set({});
  await say('rejected');
  expect((await payouts.ask(ada, id, 4_000)).problem?.code).toBe('beneficiary_rejected');
  const list = await payouts.finance.get<Page<BeneficiaryDto>>('/api/v1/payouts/beneficiaries', {
    query: { verification: 'rejected', member_id: ada.id },
  });
  const steps = await payouts.house.service.query(
    'SELECT step FROM payout_beneficiary_steps WHERE beneficiary_id = $1 ORDER BY id',
    [id],
  );
  expect(steps).toEqual([{ step: 'added' }, { step: 'verified' }, { step: 'rejected' }]);
  expect(list.body.data).toMatchObject([{ id, verification: 'rejected', verification_note: 'Compared.' }]);
  expect(
    (await payouts.house.staff('support_agent').post(`/api/v1/payouts/beneficiaries/${id}/verification`, {})).status,
  ).toBe(403);
});
