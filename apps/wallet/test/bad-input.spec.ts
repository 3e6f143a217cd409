import { newId } from '@florin/kernel';
import { describeBadInput, faultOf, noLimits, oddities } from '@florin/testing';
import { defaultSettings } from '../src/fraud/fraud-settings';
import { defaultRules } from '../src/payout-settings/payout-rules';
import { House, type Member } from './house';
import { writtenInBooks } from './ledger-things';
import { closed } from './points';
import { reconciled } from './reconciliation/office';
import { signed } from './sandbox';
import { heldBeside } from './values-things';

describeBadInput('wallet', async () => {
  const house = await House.open({ env: { ...noLimits } });
  const { service, merchantId } = house;
  const ada = await house.rich(5_000);
  const topup = await house.topUp(ada, 1_000);
  await reviewed(house);
  const things = { '/topups': topup.id, '/wallet/members': ada.id, '/payments': topup.payment_id };
  Object.assign(things, await withdrawn(house, ada), await closed(house), await writtenInBooks(house, ada));
  Object.assign(things, await heldBeside(house, ada), await reconciled(house));
  // A wallet begins with its first money; until then everybody has an empty one.
  const emptyForUnknown = ['', '/transactions', '/statements'].map((what) => `GET /api/v1/wallet/members/{id}${what}`);
  return { service, merchantId, ownerId: ada.id, things, emptyForUnknown, close: () => house.close() };
});

/** Leaves a payment that waits for a reviewer; the settings are as they were then. */
async function reviewed(house: House): Promise<void> {
  const staff = house.staff('finance_ops');
  const save = (version: number, more: object) =>
    staff.put('/api/v1/fraud/settings', { ...defaultSettings, ...more }, { headers: { 'if-match': `"${version}"` } });
  await save(0, { review_from: 1 });
  const round = { amount_minor: defaultSettings.amount.round_to_minor, currency: 'EUR', card_token: 'tok_visa' };
  expect((await house.member().http.post('/api/v1/topups', round)).status).toBe(202);
  expect((await save(1, {})).status).toBe(200);
}

/** A withdrawal that waits, and one in a batch; nobody answers for the payout provider. */
async function withdrawn(house: House, ada: Member): Promise<Record<string, string>> {
  const [staff, path] = [house.staff('finance_ops'), '/api/v1/payouts/settings'];
  const set = (version: number, more: object) => {
    const rules = { currency: 'EUR', ...defaultRules, minimum_minor: 1, cool_down_minutes: 0, ...more };
    return staff.put(path, rules, { headers: { 'if-match': `"${version}"` } });
  };
  await set(0, { auto_approve_below_minor: 1_000 });
  const beneficiary = { holder: 'Ada Lovelace', iban: 'DE89370400440532013000' };
  const { body: to } = await ada.http.post<{ id: string }>('/api/v1/beneficiaries', beneficiary);
  const ask = () =>
    ada.http.post<{ id: string }>('/api/v1/withdrawals', { amount_minor: 100, currency: 'EUR', beneficiary_id: to.id });
  await ask();
  const { body: batch } = await staff.post<{ id: string }>('/api/v1/payouts/batches', { currency: 'EUR' });
  await set(1, {});
  return {
    '/withdrawals': (await ask()).body.id,
    '/payouts/batches': batch.id,
    '/beneficiaries': to.id,
    iban: beneficiary.iban,
  };
}

it('SEC-13: a webhook that is signed and makes no sense is no fault of ours', async () => {
  const house = await House.open({ env: { ...noLimits } });
  const { payment_id: ref } = await house.topUp(house.member(), 1_000);
  const event = (part: object = {}, object: object = {}) => ({
    id: `evt_${newId()}`,
    type: 'payment_intent.succeeded',
    data: { object: { id: `pi_${ref}`, status: 'succeeded', metadata: { ref }, ...object } },
    ...part,
  });
  const odd = (value: unknown) => [
    value,
    ...['id', 'type', 'data', 'created'].map((name) => event({ [name]: value })),
    event({ data: { object: value } }),
    ...['id', 'status', 'metadata', 'amount_received', 'last_payment_error', 'latest_charge'].map((name) =>
      event({}, { [name]: value }),
    ),
    event({}, { metadata: { ref: value } }),
    event({ type: 'payment_intent.payment_failed' }, { status: 'requires_payment_method', last_payment_error: value }),
  ];
  const faults: string[] = [];
  for (const body of oddities.flatMap(odd)) {
    const text = JSON.stringify(body);
    const headers = signed(text, Date.now() / 1_000);
    const answer = await house.service.http.send('POST', '/api/v1/payments/webhooks/sandbox', text, { headers });
    const fault = faultOf(answer);
    if (fault !== undefined) faults.push(`${text.slice(0, 200)} → ${answer.status}: ${fault}`);
  }
  expect(faults).toEqual([]);
  await house.close();
});
