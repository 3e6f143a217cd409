import { Jobs } from '@florin/database';
import { newId } from '@florin/kernel';
import { eventually, type HttpClient, noLimits, tokenFor } from '@florin/testing';
import type { AccountDto, AccountLineDto, HoldDto } from '../src/books/account.dto';
import type { ChainReportDto } from '../src/books/chain.dto';
import type { JournalDto, WrittenDto } from '../src/books/journal.dto';
import type { LineageMatchDto, LineageRestDto } from '../src/books/lineage.dto';
import type { ProposalDto } from '../src/books/proposal.dto';
import { House, type Member, type Page, soon } from './house';

let house: House;
let officer: HttpClient;
let ada: Member;
beforeAll(async () => {
  house = await House.open({ env: { ...noLimits } });
  officer = clerk(newId());
});
afterAll(() => house.close());
beforeEach(async () => (ada = await house.rich(1_000)));

const books = '/api/v1/ledger';
const callerOf = (sub: string) => ({ sub, roles: ['finance_ops'], merchants: [house.merchantId] });
const clerk = (sub: string) => house.service.http.as(callerOf(sub));
const walletOf = ({ id }: Member, currency = 'EUR') => `member:${id}:merchant:${house.merchantId}:wallet:${currency}`;
const own = (name: string, currency = 'EUR') => `merchant:${house.merchantId}:books:${name}:${currency}`;
const pathOf = (code: string) => `${books}/accounts/${encodeURIComponent(code)}`;
const open = async (name: string, allow_negative = true, currency = 'EUR'): Promise<string> => {
  const answer = await officer.post<AccountDto>(`${books}/accounts`, { name, currency, allow_negative });
  expect(answer.status).toBe(201);
  return answer.body.code;
};
const account = async (code: string, query: Record<string, string> = {}): Promise<AccountDto> =>
  (await officer.get<AccountDto>(pathOf(code), { query })).body;
const journal = (postings: [string, number][], more: object = {}) => ({
  postings: postings.map(([code, amount_minor]) => ({ account: code, amount_minor })),
  reason: 'Put right by hand',
  ...more,
});
const post = (body: object, query: Record<string, string> = {}, by = officer) =>
  by.post<WrittenDto>(`${books}/journals`, body, { query });

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

  it('needs a second person above the threshold, whoever proposed it cannot be both', async () => {
    const fund = await open('fund', true, 'SEK');
    const other = await open('fund-two', true, 'SEK');
    const save = (version: number, above: number | null) =>
      officer.put(
        `${books}/settings`,
        { currency: 'SEK', four_eyes_above_minor: above, reason: 'Policy' },
        {
          headers: { 'if-match': `"${version}"` },
        },
      );
    expect([(await save(0, 500)).status, (await save(0, 900)).status]).toEqual([200, 412]);
    const wanted = journal([
      [fund, -501],
      [other, 501],
    ]);
    expect(
      (
        await post(
          journal([
            [fund, -500],
            [other, 500],
          ]),
        )
      ).status,
    ).toBe(201);
    // Cut into parts it is the same.
    const parts = [300, 201].map((amount) => ({
      postings: journal([
        [fund, -amount],
        [other, amount],
      ]).postings,
    }));
    const cut = await officer.post<WrittenDto>(`${books}/bulk`, { atomic: false, journals: parts, reason: 'Parts' });
    expect([cut.status, cut.body.state]).toEqual([202, 'proposed']);
    const proposed = await post(wanted);
    expect([proposed.status, proposed.body.state]).toEqual([202, 'proposed']);
    expect((await account(other)).posted_minor).toBe(500);
    const decide = (by: HttpClient, what: string) =>
      by.post<ProposalDto>(`${books}/proposals/${proposed.body.proposal_id}/${what}`, { reason: 'Seen' });
    expect((await decide(officer, 'approve')).problem?.code).toBe('needs_another_person');
    const colleague = clerk(newId());
    const approved = await decide(colleague, 'approve');
    expect([approved.status, approved.body.state]).toEqual([200, 'approved']);
    expect((await account(other)).posted_minor).toBe(1_001);
    expect((await decide(colleague, 'approve')).problem?.code).toBe('proposal_decided');
    await expect(
      house.service.query('UPDATE ledger_proposals SET decided_by = proposed_by WHERE id = $1', [approved.body.id]),
    ).rejects.toThrow('ledger_proposals_four_eyes');
    const waiting = await officer.get<Page<ProposalDto>>(`${books}/proposals`, { query: { state: 'proposed' } });
    expect(waiting.body.data.map(({ id }) => id)).toEqual([cut.body.proposal_id]);
  });
});

describe('accounts', () => {
  it('GAP-WAL-05: a balance as of a day and as it was known on a day are two things', async () => {
    const code = await open('two-axes');
    const breakage = await open('breakage');
    const entry = (amount: number, effective_at?: string) =>
      post(
        journal(
          [
            [breakage, -amount],
            [code, amount],
          ],
          { effective_at },
        ),
      );
    await entry(100, '2026-01-10T00:00:00.000Z');
    const known_at = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await entry(7, '2026-01-20T00:00:00.000Z');
    await entry(1_000);
    const at = async (query: Record<string, string>) => (await account(code, query)).posted_minor;
    const as_of = '2026-02-01T00:00:00Z';
    expect([await at({}), await at({ as_of }), await at({ known_at }), await at({ as_of, known_at })]).toEqual([
      1_107, 107, 100, 100,
    ]);
    expect(await at({ as_of: '2026-01-15T00:00:00Z' })).toBe(100);
    expect(await at({ as_of: '2026-01-01T00:00:00Z' })).toBe(0);
  });

  it('GAP-WAL-02, GAP-WAL-03: what a hold holds back shows in held and available until it is captured or given back', async () => {
    const held = house.reserve(ada, { walletMinor: 300 });
    await house.reached(held, 'reserved');
    expect(await account(walletOf(ada))).toMatchObject({ posted_minor: 1_000, held_minor: 300, available_minor: 700 });
    const list = async (query: Record<string, string> = {}) =>
      (await officer.get<Page<HoldDto>>(`${pathOf(walletOf(ada))}/holds`, { query })).body.data;
    expect(await list({ status: 'open' })).toMatchObject([
      { amount_minor: 300, captured_minor: 0, reference: `order:${held.orderId}` },
    ]);
    const tooMuch = await post(
      journal([
        [walletOf(ada), -701],
        [await open('breakage'), 701],
      ]),
    );
    expect(tooMuch.problem?.code).toBe('insufficient_funds');
    house.release(held);
    await house.reached(held, 'released');
    expect([await list({ status: 'open' }), (await list())[0]?.status]).toEqual([[], 'voided']);
  });

  it('GAP-WAL-15: the statement of any account runs without a gap, the latest first', async () => {
    const code = await open(`line-${newId().slice(-6)}`);
    const breakage = await open('breakage');
    for (const amount of [5, 10, -3])
      await post(
        journal([
          [code, amount],
          [breakage, -amount],
        ]),
      );
    const pages: AccountLineDto[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: { body: Page<AccountLineDto> } = await officer.get(`${pathOf(code)}/statement`, {
        query: { limit: 2, ...(cursor && { cursor }) },
      });
      pages.push(...body.data);
      cursor = body.next_cursor;
    }
    expect(pages.map(({ seq, amount_minor, balance_after_minor }) => [seq, amount_minor, balance_after_minor])).toEqual(
      [
        [3, -3, 12],
        [2, 10, 15],
        [1, 5, 5],
      ],
    );
  });

  it('CMP-WAL-8: an account made by mistake is archived, hidden, still found, and comes back; lists keep their order', async () => {
    const name = `mistake-${newId().slice(-6)}`;
    const codes = await Promise.all(['c', 'a', 'b'].map((letter) => open(`${name}-${letter}`)));
    const list = async (query: Record<string, string | number> = {}) =>
      (
        await officer.get<Page<AccountDto>>(`${books}/accounts`, {
          query: { prefix: own(name).slice(0, -4), ...query },
        })
      ).body;
    const sorted = [...codes].sort();
    expect((await list()).data.map(({ code }) => code)).toEqual(sorted);
    const first = await list({ limit: 2 });
    // Opened behind the cursor and used before it: no account is shown twice or left out.
    await post(
      journal([
        [sorted[0] ?? '', 5],
        [sorted[1] ?? '', -5],
      ]),
    );
    expect((await list({ limit: 2, cursor: first.next_cursor ?? '' })).data.map(({ code }) => code)).toEqual([
      sorted[2],
    ]);
    expect((await officer.post(`${pathOf(sorted[0] ?? '')}/archive`)).problem?.code).toBe('ledger_account_not_empty');
    const archived = await officer.post<AccountDto>(`${pathOf(sorted[2] ?? '')}/archive`);
    expect(archived.body.archived_at).not.toBeNull();
    expect((await list()).data.map(({ code }) => code)).toEqual(sorted.slice(0, 2));
    expect((await list({ archived: 'only' })).data.map(({ code }) => code)).toEqual(sorted.slice(2));
    expect((await list({ archived: 'shown' })).data).toHaveLength(3);
    expect((await account(sorted[2] ?? '')).posted_minor).toBe(0);
    const refused = await post(
      journal([
        [sorted[2] ?? '', 5],
        [sorted[1] ?? '', -5],
      ]),
    );
    expect(refused.problem?.code).toBe('account_closed');
    expect((await officer.post<AccountDto>(`${pathOf(sorted[2] ?? '')}/unarchive`)).body.archived_at).toBeNull();
    expect((await list()).data).toHaveLength(3);
  });
});

it('CMP-WAL-9: a hold that timed out gives its money back and stays listed', async () => {
  const held = house.reserve(ada, { walletMinor: 300, expiresAt: new Date(Date.now() + 300).toISOString() });
  await house.reached(held, 'reserved');
  await house.service.query(`UPDATE ledger_holds SET expires_at = now() WHERE key = $1`, [
    `checkout:${held.checkoutId}`,
  ]);
  await house.service.app.get(Jobs).runByHand('ledger.expire-holds');
  const { body } = await officer.get<Page<HoldDto>>(`${pathOf(walletOf(ada))}/holds`, { query: { status: 'expired' } });
  expect(body.data).toMatchObject([{ amount_minor: 300, status: 'expired', reference: `order:${held.orderId}` }]);
  expect((await account(walletOf(ada))).available_minor).toBe(1_000);
});

describe('finding journals', () => {
  it('WAL-02: finds them by reference, kind and both times, the latest first', async () => {
    const breakage = await open('breakage');
    const reference = `case:${newId()}`;
    const days = ['2026-03-01', '2026-03-02', '2026-03-03'];
    for (const day of days)
      await post(
        journal(
          [
            [walletOf(ada), -1],
            [breakage, 1],
          ],
          { reference, effective_at: `${day}T12:00:00.000Z` },
        ),
      );
    const list = async (query: Record<string, string | number>) =>
      (await officer.get<Page<JournalDto>>(`${books}/journals`, { query })).body.data;
    const all = await list({ reference });
    expect(all.map(({ effective_at }) => String(effective_at).slice(0, 10))).toEqual([...days].reverse());
    expect(
      await list({ reference, effective_from: '2026-03-02T00:00:00Z', effective_to: '2026-03-03T00:00:00Z' }),
    ).toEqual([all[1]]);
    expect(await list({ reference, inserted_from: String(all[1]?.inserted_at) })).toEqual(all.slice(0, 2));
    expect(await list({ reference, kind: 'topup' })).toEqual([]);
    expect(await list({ kind: 'manual', limit: 3 })).toEqual(all);
  });

  it('GAP-WAL-09: the log streams every journal once, in order, and goes on after the last one that was read', async () => {
    await house.topUp(ada, 5);
    const read = async (after?: string): Promise<JournalDto[]> => {
      const url = `${house.service.url}${books}/log${after === undefined ? '' : `?after=${after}`}`;
      const token = await tokenFor(callerOf(newId()));
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
      const text = await answer.text();
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as JournalDto);
    };
    const all = await read();
    const [{ count } = { count: 0 }] = await house.service.query<{ count: number }>(
      `SELECT count(DISTINCT journal_id)::int AS count FROM ledger_postings
       JOIN ledger_accounts ON ledger_accounts.id = account_id WHERE code LIKE '%' || $1 || '%'`,
      [house.merchantId],
    );
    expect(all).toHaveLength(count);
    expect(all.map(({ id }) => id)).toEqual([...all.map(({ id }) => id)].sort());
    for (const { postings } of all) expect(postings.reduce((sum, { amount_minor }) => sum + amount_minor, 0)).toBe(0);
    expect(await read(all.at(-3)?.id)).toEqual(all.slice(-2));
  });
});

describe('where money came from', () => {
  it('GAP-WAL-12: tells which credit paid which debit, by the method that was asked for, and what is left of each', async () => {
    const eve = await house.rich(300);
    await house.topUp(eve, 200);
    const breakage = await open('breakage');
    await post(
      journal([
        [walletOf(eve), -350],
        [breakage, 350],
      ]),
    );
    const matches = async (method: string) => {
      const { body } = await officer.get<Page<LineageMatchDto>>(`${pathOf(walletOf(eve))}/lineage`, {
        query: { method },
      });
      return body.data.map(({ credit, debit, amount_minor }) => [credit.seq, debit.seq, amount_minor]);
    };
    expect(await matches('fifo')).toEqual([
      [1, 3, 300],
      [2, 3, 50],
    ]);
    expect(await matches('lifo')).toEqual([
      [2, 3, 200],
      [1, 3, 150],
    ]);
    expect(await matches('proportional')).toEqual([
      [1, 3, 210],
      [2, 3, 140],
    ]);
    const first = await officer.get<Page<LineageMatchDto>>(`${pathOf(walletOf(eve))}/lineage`, { query: { limit: 1 } });
    const cursor = String(first.body.next_cursor);
    const second = await officer.get<Page<LineageMatchDto>>(`${pathOf(walletOf(eve))}/lineage`, {
      query: { limit: 1, cursor },
    });
    expect([...first.body.data, ...second.body.data].map(({ amount_minor }) => amount_minor)).toEqual([300, 50]);
    expect(second.body.has_more).toBe(false);
    const rests = await officer.get<LineageRestDto[]>(`${pathOf(walletOf(eve))}/composition`, {
      query: { method: 'lifo' },
    });
    expect(rests.body.map(({ posting, left_minor }) => [posting.seq, left_minor])).toEqual([[1, 150]]);
  });

  it('GAP-WAL-07: the chain is verified over HTTP, and a journal that was changed is named', async () => {
    const [victim] = (
      await post(
        journal([
          [walletOf(ada), -1],
          [await open('breakage'), 1],
        ]),
      )
    ).body.journals;
    await eventually(async () => {
      await house.service.app.get(Jobs).runByHand('ledger.seal');
      const { body } = await officer.get<ChainReportDto>(`${books}/chain/verification`);
      return body.unsealed === 0 ? body : undefined;
    });
    const { body: head } = await officer.get<ChainReportDto>(`${books}/chain`);
    const { body: whole } = await officer.get<ChainReportDto>(`${books}/chain/verification`);
    expect(whole).toEqual({ ...head, intact: true, faults: [] });
    expect(whole.head).toMatch(/^[0-9a-f]{64}$/);
    const tamper = async (kind: string) => {
      const guard = (state: string) =>
        house.service.query(`ALTER TABLE ledger_journals ${state} TRIGGER ledger_journals_append_only`);
      await guard('DISABLE');
      await house.service.query('UPDATE ledger_journals SET kind = $1 WHERE id = $2', [kind, victim?.journal_id]);
      await guard('ENABLE');
    };
    await tamper('gift');
    const { body: broken } = await officer.get<ChainReportDto>(`${books}/chain/verification`);
    expect(broken).toMatchObject({
      intact: false,
      faults: [{ fault: 'journal_changed', journal_id: victim?.journal_id }],
    });
    await tamper('manual');
    expect((await officer.get<ChainReportDto>(`${books}/chain/verification`)).body.intact).toBe(true);
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
