import { newId } from '@florin/kernel';
import type { JournalDto, WrittenDto } from '../src/books/journal.dto';
import {
  account,
  ada,
  books,
  house,
  journal,
  officer,
  open,
  openBooks,
  own,
  pathOf,
  post,
  walletOf,
} from './books-desk';
import { type Page, soon } from './house';

openBooks();

describe('journals by hand', () => {
  it('GAP-WAL-01: one journal moves money between member, merchant and breakage at once, or not at all', async () => {
    const [breakage, suspense] = [await open('breakage'), await open('suspense', false)];
    const postings: [string, number][] = [
      [walletOf(ada), -300],
      [breakage, 100],
      [suspense, 150],
      [`merchant:${house.merchantId}:sales:EUR`, 50],
    ];
    const answer = await post(journal(postings));
    expect(answer.status).toBe(201);
    expect(answer.body.balances).toContainEqual(expect.objectContaining({ account: walletOf(ada), posted_minor: 700 }));
    const [done] = answer.body.journals;
    const { body } = await officer.get<JournalDto>(`${books}/journals/${done?.journal_id}`);
    expect(body.postings.map(({ account: code, amount_minor }) => [code, amount_minor]).sort()).toEqual(
      postings.sort(),
    );
    const before = await account(breakage);
    const overdraft = await post(
      journal([
        [suspense, -151],
        [breakage, 151],
      ]),
    );
    expect([overdraft.status, overdraft.problem?.code]).toEqual([422, 'insufficient_funds']);
    const crooked = await post(
      journal([
        [breakage, -2],
        [suspense, 1],
      ]),
    );
    expect([crooked.status, crooked.problem?.code]).toEqual([422, 'unbalanced']);
    expect(await account(breakage)).toEqual(before);
    const [entry] = await house.service.query('SELECT * FROM ledger_entries WHERE journal_id = $1', [done?.journal_id]);
    expect(entry).toMatchObject({ kind: 'manual', amount_minor: 300, reason: 'Put right by hand', approved_by: null });
    expect(await house.faultsInBooks()).toEqual([]);
  });

  it('GAP-WAL-08: a dry run says what would be, refusals included, and writes nothing', async () => {
    const breakage = await open('breakage');
    const wanted = journal([
      [walletOf(ada), -400],
      [breakage, 400],
    ]);
    const before = await house.count('ledger_journals');
    const dry = await post(wanted, { dry_run: 'true' });
    expect([dry.status, dry.body.state, dry.body.journals[0]?.journal_id]).toEqual([200, 'dry_run', null]);
    expect(dry.body.balances).toContainEqual(expect.objectContaining({ account: walletOf(ada), available_minor: 600 }));
    const refused = await post(
      journal([
        [walletOf(ada), -1_001],
        [breakage, 1_001],
      ]),
      { dry_run: 'true' },
    );
    expect(refused.problem?.code).toBe('insufficient_funds');
    expect([(await account(walletOf(ada))).posted_minor, await house.count('ledger_journals')]).toEqual([
      1_000,
      before,
    ]);
    expect((await post(wanted)).status).toBe(201);
  });

  it('GAP-WAL-09: many journals are written all or none, or each by itself', async () => {
    const breakage = await open('breakage');
    const items = [100, 2_000, 300].map((amount) => ({
      postings: journal([
        [walletOf(ada), -amount],
        [breakage, amount],
      ]).postings,
    }));
    const bulk = (atomic: boolean) =>
      officer.post<WrittenDto>(`${books}/bulk`, { atomic, journals: items, reason: 'Imported' });
    const whole = await bulk(true);
    expect([whole.status, whole.problem?.code]).toEqual([422, 'insufficient_funds']);
    expect(whole.problem?.errors?.[0]?.field).toBe('journals.1');
    expect((await account(walletOf(ada))).posted_minor).toBe(1_000);
    const each = await bulk(false);
    expect(each.status).toBe(201);
    expect(each.body.journals.map(({ journal_id, code }) => code ?? typeof journal_id)).toEqual([
      'string',
      'insufficient_funds',
      'string',
    ]);
    expect((await account(walletOf(ada))).posted_minor).toBe(600);
  });

  it('GAP-WAL-04: one key writes once, however often; another body under it is refused', async () => {
    const breakage = await open('breakage');
    const key = newId();
    const write = (amount: number) =>
      officer.post<WrittenDto>(
        `${books}/journals`,
        journal([
          [walletOf(ada), -amount],
          [breakage, amount],
        ]),
        { key },
      );
    const answers = await Promise.all(Array.from({ length: 20 }, () => write(10)));
    for (const { status } of answers) expect([201, 409]).toContain(status);
    expect((await write(10)).headers.get('idempotent-replayed')).toBe('true');
    expect((await write(11)).problem?.code).toBe('idempotency_key_reused');
    expect((await account(walletOf(ada))).posted_minor).toBe(990);
  });

  it('moves an amount between two accounts; refuses the same account, another currency and what is unknown', async () => {
    const [breakage, dollars] = [await open('breakage'), await open('breakage', true, 'USD')];
    const move = (from: string, to: string, currency = 'EUR') =>
      officer.post<WrittenDto>(`${books}/transfers`, { from, to, currency, amount_minor: 5, reason: 'Moved' });
    expect((await move(walletOf(ada), breakage)).status).toBe(201);
    expect((await account(walletOf(ada))).posted_minor).toBe(995);
    const codes = await Promise.all([
      move(breakage, breakage),
      move(walletOf(ada), dollars),
      move(walletOf(ada), breakage, 'USD'),
      move(walletOf(ada), own('nothing')),
    ]);
    expect(codes.map(({ problem }) => problem?.code)).toEqual([
      'same_account',
      'wrong_currency',
      'wrong_currency',
      'account_unknown',
    ]);
  });

  it('what would count in a month that is closed for one of its accounts is refused, dry or not', async () => {
    const [revenue, breakage] = [await open('revenue'), await open('breakage')];
    await house.service.query('INSERT INTO liability_books (merchant_id, closed_through) VALUES ($1, $2)', [
      house.merchantId,
      '2026-01',
    ]);
    await house.service.query(
      'INSERT INTO close_accounts (account_id, merchant_id) SELECT id, $2 FROM ledger_accounts WHERE code = $1',
      [revenue, house.merchantId],
    );
    const late = journal(
      [
        [revenue, -5],
        [breakage, 5],
      ],
      { effective_at: '2026-01-20T00:00:00.000Z' },
    );
    for (const query of [{ dry_run: 'true' }, {}] as Record<string, string>[])
      expect((await post(late, query)).problem?.code).toBe('period_closed');
    expect(
      (
        await post(
          journal([
            [revenue, -5],
            [breakage, 5],
          ]),
        )
      ).status,
    ).toBe(201);
  });

  it('GAP-WAL-06: a journal is undone once by one linked to it, now or as if it had never counted', async () => {
    const breakage = await open('breakage');
    const effective_at = '2026-01-15T00:00:00.000Z';
    const made = (
      await post(
        journal(
          [
            [walletOf(ada), -100],
            [breakage, 100],
          ],
          { effective_at },
        ),
      )
    ).body;
    const id = String(made.journals[0]?.journal_id);
    const then = { as_of: '2026-06-01T00:00:00Z' };
    const onThatDay = (await account(breakage, then)).posted_minor;
    const reverse = (at: string) =>
      officer.post<WrittenDto>(`${books}/journals/${id}/reversal`, { at, reason: 'Never happened' });
    const undone = await reverse('original');
    expect(undone.status).toBe(201);
    const reversal = (await officer.get<JournalDto>(`${books}/journals/${undone.body.journals[0]?.journal_id}`)).body;
    expect([reversal.reverses, reversal.effective_at, reversal.kind]).toEqual([id, effective_at, 'reversal']);
    expect((await officer.get<JournalDto>(`${books}/journals/${id}`)).body.reversed_by).toBe(reversal.id);
    expect((await account(breakage, then)).posted_minor).toBe(onThatDay - 100);
    expect((await account(walletOf(ada))).posted_minor).toBe(1_000);
    expect((await reverse('now')).problem?.code).toBe('already_reversed');
  });
});

it('what is another merchant’s is not there, whatever is asked of it', async () => {
  const foreign = house.staff('finance_ops', [newId()]);
  const breakage = await open('breakage');
  const made = (
    await post(
      journal([
        [walletOf(ada), -1],
        [breakage, 1],
      ]),
    )
  ).body.journals[0]?.journal_id;
  const reads = [
    pathOf(breakage),
    `${pathOf(breakage)}/statement`,
    `${pathOf(breakage)}/holds`,
    `${books}/journals/${made}`,
  ];
  for (const path of reads) expect((await foreign.get(path)).status).toBe(404);
  const reversal = await foreign.post(`${books}/journals/${made}/reversal`, { at: 'now', reason: 'Not mine' });
  expect(reversal.status).toBe(404);
  expect((await foreign.post(`${pathOf(breakage)}/archive`)).status).toBe(404);
  expect(
    (
      await post(
        journal([
          [walletOf(ada), -1],
          [breakage, 1],
        ]),
        {},
        foreign,
      )
    ).problem?.code,
  ).toBe('account_unknown');
  for (const list of ['accounts', 'journals', 'proposals'])
    expect((await foreign.get<Page<unknown>>(`${books}/${list}`)).body.data).toEqual([]);
  expect((await ada.http.get(`${books}/accounts`)).status).toBe(403);
  expect(
    (
      await post(
        journal([
          [walletOf(ada), -1],
          [breakage, 1],
        ]),
        {},
        house.staff('support_agent'),
      )
    ).status,
  ).toBe(403);
  await soon(async () => expect(await house.faultsInBooks()).toEqual([]));
});
