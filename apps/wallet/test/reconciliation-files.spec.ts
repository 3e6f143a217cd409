import { newId, sleep } from '@florin/kernel';
import { House } from './house';
import { camt, stripeReport, today } from './reconciliation/files';
import { Office } from './reconciliation/office';

let house: House;
let office: Office;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(async () => (office = await Office.open(house)));

const charge = (id: string, gross: number, more: object = {}) => ({ id, category: 'charge' as const, gross, ...more });

it('GAP-WAL-11: two imports of one file at once have one effect, and so have ten of files that overlap', async () => {
  const { intent } = await office.charged(1_500);
  const same = stripeReport([charge('txn_a', 1_500, { intent })]);
  const twice = await Promise.all([office.send(office.processor, same), office.send(office.processor, same)]);
  expect(twice.map(({ status }) => status)).toEqual([201, 201]);
  expect(twice[0]?.body).toEqual(twice[1]?.body);
  const overlapping = Array.from({ length: 10 }, (_, n) =>
    stripeReport([charge('txn_a', 1_500, { intent }), charge(`txn_${n % 3}`, 10)]),
  );
  for (const text of overlapping) expect((await sent(text)).status).toBe(201);
  expect(await house.count('reconciliation_lines WHERE account_id = $1', [office.processor.id])).toBe(4);
  expect(await office.matches(office.processor)).toHaveLength(1);
  expect(await office.onBooks(`statement:${office.processor.id}`)).toBe(1_500);
});

/** Only so many files are read at once; who is told to come back does. */
async function sent(text: string): Promise<{ status: number }> {
  for (;;) {
    const answer = await office.send(office.processor, text);
    if (answer.problem?.code !== 'imports_busy') return answer;
  }
}

it('GAP-WAL-04: a key is for one file', async () => {
  const key = newId();
  const first = await office.send(office.processor, stripeReport([charge('txn_k', 1)]), { key });
  const again = await office.send(office.processor, stripeReport([charge('txn_k', 2)]), { key });
  expect([first.status, again.status, again.problem?.code]).toEqual([201, 422, 'idempotency_key_reused']);
});

it('a file that does not add up is refused whole, with the line', async () => {
  const text = camt({
    iban: office.bank.external_id,
    opening: 0,
    closing: 600,
    entries: [{ amount: 500 }, { amount: 200 }],
  });
  const answer = await office.send(office.bank, text);
  expect([answer.status, answer.problem?.code]).toEqual([422, 'balance_unexplained']);
  expect(answer.problem).toMatchObject({
    detail: expect.stringContaining('off by 1.00'),
    errors: [{ field: expect.stringMatching(/^body\.line_\d+$/) }],
  });
  expect(await house.count('reconciliation_lines WHERE account_id = $1', [office.bank.id])).toBe(0);
});

it('a corrected statement takes the place of the first: what it no longer says is taken back', async () => {
  const [one, two] = [await office.charged(1_000), await office.charged(2_000)];
  const entries = [
    { amount: 1_000, reference: 'B1', endToEndId: one.id.replaceAll('-', '') },
    { amount: 2_000, reference: 'B2', endToEndId: two.id.replaceAll('-', '') },
  ];
  const id = `STMT-${Date.now()}`;
  const iban = office.bank.external_id;
  const first = await office.take(office.bank, camt({ id, iban, entries }));
  expect(await office.onBooks(`statement:${office.bank.id}`)).toBe(3_000);
  const corrected = camt({ id, iban, entries: [entries[0] ?? { amount: 0 }, { amount: 70, reference: 'B3' }] });
  const other = await office.send(office.bank, corrected);
  expect([other.status, other.problem?.code]).toEqual([409, 'statement_differs']);
  const second = await office.take(office.bank, corrected, first.statements[0]?.id);
  expect(second.statements).toMatchObject([{ corrects: first.statements[0]?.id, lines: 2, fresh_lines: 1 }]);
  expect(await office.onBooks(`statement:${office.bank.id}`)).toBe(1_000);
  expect((await office.lines(first)).map(({ state }) => state)).toEqual(['matched', 'withdrawn']);
  expect(await house.count(`payment_transactions WHERE id = $1 AND state = 'captured'`, [two.id])).toBe(1);
  const again = await office.send(office.bank, camt({ id, iban, entries: [] }), {
    corrects: first.statements[0]?.id ?? '',
  });
  expect([again.status, again.problem?.code]).toEqual([422, 'statement_not_found']);
  expect(await house.faultsInBooks()).toEqual([]);
});

it('GAP-WAL-08: a dry run says what would match and keeps nothing', async () => {
  const { intent } = await office.charged(4_000);
  const text = stripeReport([charge('txn_1', 4_000, { intent, fee: 90 }), charge('txn_2', 5)]);
  const answer = await office.send(office.processor, text, { path: 'statements/dry-run' });
  expect([answer.status, answer.body]).toMatchObject([
    200,
    {
      lines: 2,
      fresh_lines: 2,
      matched_lines: 1,
      open_lines: 1,
      fee_minor: 90,
      matches: [{ rule: 'named', target_minor: 4_000 }],
    },
  ]);
  expect(await house.count('reconciliation_imports WHERE account_id = $1', [office.processor.id])).toBe(0);
  expect(await house.count('reconciliation_lines WHERE account_id = $1', [office.processor.id])).toBe(0);
});

it('several payments that a bank line pays out together are found by their days', async () => {
  const merchant = await Office.open(house);
  const charges = [await merchant.charged(1_100), await merchant.charged(2_200)];
  // Whatever else this merchant sold today is explained elsewhere.
  const rest = await house.service.query<{ minor: number }>(
    `SELECT sum(captured_minor)::bigint AS minor FROM payment_transactions WHERE merchant_id = $1 AND state = 'captured' AND settled_minor = 0`,
    [house.merchantId],
  );
  const minor = rest[0]?.minor ?? 0;
  const imported = await merchant.take(
    merchant.bank,
    camt({ iban: merchant.bank.external_id, entries: [{ amount: minor - 30, reference: 'SUM' }] }),
  );
  expect(await merchant.lines(imported)).toMatchObject([{ state: 'matched', rule: 'settled-together' }]);
  for (const { id } of charges)
    expect(await house.count(`payment_transactions WHERE id = $1 AND state = 'settled'`, [id])).toBe(1);
  const [match] = await merchant.matches(merchant.bank);
  expect(match).toMatchObject({ line_minor: minor - 30, fee_minor: 30, target_minor: minor });
});

describe('a hostile sender', () => {
  it('is refused a file of 20 MB, whether the size is said or not', async () => {
    const answer = await office.send(office.processor, 'x'.repeat(20 * 1024 * 1024), { type: 'text/csv' });
    expect([answer.status, answer.problem?.code]).toEqual([413, 'body_too_large']);
  });

  it('is refused a million lines, with where it goes too far', async () => {
    const header = 'balance_transaction_id,created_utc,net\n';
    const text = header + 't,2026-01-01,1\n'.repeat(1_000_000);
    const answer = await office.send(office.processor, text);
    expect([answer.status, answer.problem?.code]).toEqual([413, 'statement_too_long']);
    expect(answer.problem?.detail).toContain('100000 lines');
    expect(await house.count('reconciliation_lines WHERE account_id = $1', [office.processor.id])).toBe(0);
  }, 60_000);

  it('gets nothing of ours by an external entity, nor our memory by a billion laughs', async () => {
    const good = camt({ iban: office.bank.external_id, entries: [{ amount: 1 }] });
    for (const inner of ['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY a "ha"><!ENTITY x "&a;&a;&a;&a;">']) {
      const text = good.replace('<Document', `<!DOCTYPE d [${inner}]><Document`).replace('NOTPROVIDED', '&x;');
      const answer = await office.send(office.bank, text);
      expect([answer.status, answer.problem?.code]).toEqual([422, 'xml_document_type']);
      expect(JSON.stringify(answer.body)).not.toContain('root:');
    }
  });

  it('reaches no other route with CSV or XML, and this one with nothing else', async () => {
    const elsewhere = await office.finance.send('POST', `${office.root}/accounts`, 'a,b\n', {
      headers: { 'content-type': 'text/csv' },
    });
    expect([elsewhere.status, elsewhere.problem?.code]).toEqual([415, 'unsupported_media_type']);
    expect((await office.send(office.processor, '{}', { type: 'application/json' })).status).toBe(415);
    expect((await office.send(office.processor, '', { type: 'text/csv' })).status).toBe(400);
  });

  it('of another merchant finds no account, and staff without the permission may not send', async () => {
    const stranger = house.staff('finance_ops', [newId()]);
    const path = `${office.root}/statements?account_id=${office.processor.id}`;
    const headers = { 'content-type': 'text/csv' };
    expect((await stranger.send('POST', path, stripeReport([]), { headers })).status).toBe(404);
    expect((await house.staff('merchant_admin').send('POST', path, stripeReport([]), { headers })).status).toBe(403);
  });
});

it('GAP-WAL-11: an import that is cut off anywhere leaves all or nothing, and sent again has one effect', async () => {
  const charges = await Promise.all(Array.from({ length: 5 }, () => office.charged(900)));
  const text = stripeReport([
    ...charges.map(({ intent }, n) => charge(`txn_p${n}`, 900, { intent, fee: 10 })),
    ...Array.from({ length: 3_000 }, (_, n) => charge(`txn_o${n}`, 10 + n, { day: today(2) })),
  ]);
  let cut = 0;
  for (const delayMs of [5, 20, 40, 60, 80, 100, 130, 160, 200, 300, 400]) {
    const sending = office.send(office.processor, text);
    await sleep(delayMs);
    // What kill -9 of the service looks like from the database: the transaction under way is gone.
    const gone = await house.service.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND query ILIKE '%reconciliation%' AND state <> 'idle' AND pid <> pg_backend_pid()`,
    );
    cut += gone.length;
    const { status } = await sending;
    expect([201, 503]).toContain(status);
    expect([0, 3_005]).toContain(
      await house.count('reconciliation_lines WHERE account_id = $1', [office.processor.id]),
    );
  }
  expect(cut).toBeGreaterThan(0);
  await office.take(office.processor, text);
  await office.reconcile();
  expect(await house.count('reconciliation_lines WHERE account_id = $1', [office.processor.id])).toBe(3_005);
  expect((await office.matches(office.processor)).map(({ rule }) => rule)).toEqual(Array(5).fill('named'));
  expect(await office.onBooks(`statement:${office.processor.id}`)).toBe(5 * 890);
  expect(await house.faultsInBooks()).toEqual([]);
}, 180_000);
