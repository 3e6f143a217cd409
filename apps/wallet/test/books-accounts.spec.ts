import { Jobs } from '@florin/database';
import { newId } from '@florin/kernel';
import { eventually, tokenFor } from '@florin/testing';
import type { AccountDto, AccountLineDto, HoldDto } from '../src/books/account.dto';
import type { ChainReportDto } from '../src/books/chain.dto';
import type { JournalDto } from '../src/books/journal.dto';
import type { LineageMatchDto, LineageRestDto } from '../src/books/lineage.dto';
import {
  account,
  ada,
  books,
  callerOf,
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
import type { Page } from './house';

openBooks();

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
