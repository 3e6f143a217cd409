import type { HttpClient } from '@florin/testing';
import type { House, Member } from './house';

/** One of everything in the books, for the table of bad input: an account, a journal, a schedule, a monitor, what waits, a transfer. */
export async function writtenInBooks(house: House, ada: Member): Promise<Record<string, string>> {
  const [staff, books] = [house.staff('finance_ops'), '/api/v1/ledger'];
  const open = (name: string) => made(staff, `${books}/accounts`, { name, currency: 'EUR', allow_negative: true });
  const [from, to] = [String((await open('here'))['code']), String((await open('there'))['code'])];
  const journal = {
    postings: [
      { account: from, amount_minor: -5 },
      { account: to, amount_minor: 5 },
    ],
  };
  const posted = await made(staff, `${books}/journals`, { ...journal, reason: 'A start' });
  const [{ journal_id }] = posted['journals'] as [{ journal_id: string }];
  const every = { every: 'month', starts_at: '2099-01-31T10:00:00Z', reason: 'Rent' };
  const scheduled = await made(staff, `${books}/schedules`, { ...every, journal });
  const watch = { account: from, measure: 'posted', direction: 'below', threshold_minor: -100 };
  const monitor = await made(staff, `${books}/monitors`, watch);
  const settings = (version: number, four_eyes_above_minor: number | null) =>
    staff.put(
      `${books}/settings`,
      { currency: 'EUR', four_eyes_above_minor, reason: 'Policy' },
      {
        headers: { 'if-match': `"${version}"` },
      },
    );
  await settings(0, 1);
  const proposed = await made(staff, `${books}/journals`, { ...journal, reason: 'Waits' });
  await settings(1, null);
  const ben = await house.rich(1);
  const gift = { to_member_id: ben.id, amount_minor: 1, currency: 'EUR' };
  return {
    '/ledger/accounts': from,
    '/ledger/journals': journal_id,
    '/ledger/schedules': (scheduled['schedule'] as { id: string }).id,
    '/ledger/monitors': String(monitor['id']),
    '/ledger/proposals': String(proposed['proposal_id']),
    '/wallet/transfers': String((await made(ada.http, '/api/v1/wallet/transfers', gift))['id']),
    account: from,
  };
}

async function made(by: HttpClient, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await by.post(path, body);
  expect([201, 202]).toContain(answer.status);
  return answer.body;
}
