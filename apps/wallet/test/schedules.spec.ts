import { balanceCrossed } from '@florin/contracts';
import { FixedClock, newId } from '@florin/kernel';
import type { HttpClient } from '@florin/testing';
import type { AccountDto } from '../src/books/account.dto';
import type { CrossingDto, MonitorDto } from '../src/books/monitor.dto';
import { PostScheduled } from '../src/books/post-scheduled';
import type { ScheduledDto, ScheduleDto, ScheduleRunDto } from '../src/books/schedule.dto';
import { House, type Page } from './house';

const start = new Date('2026-11-21T10:00:00Z');
const clock = new FixedClock(start);
const dayMs = 86_400_000;
let house: House;
let officer: HttpClient;
beforeAll(async () => {
  house = await House.open({ clock });
  officer = house.staff('finance_ops');
});
afterAll(() => house.close());

const books = '/api/v1/ledger';
const open = async (allow_negative: boolean): Promise<string> =>
  (
    await officer.post<AccountDto>(`${books}/accounts`, {
      name: `a-${newId().slice(-8)}`,
      currency: 'EUR',
      allow_negative,
    })
  ).body.code;
const posted = async (code: string) =>
  (await officer.get<AccountDto>(`${books}/accounts/${encodeURIComponent(code)}`)).body.posted_minor;
const journal = (from: string, to: string, amount: number) => ({
  postings: [
    { account: from, amount_minor: -amount },
    { account: to, amount_minor: amount },
  ],
});
const later = (days: number) => new Date(clock.now().getTime() + days * dayMs).toISOString();
const work = () => house.service.app.get(PostScheduled).run();

describe('GAP-WAL-10: scheduled journals', () => {
  const schedule = async (from: string, to: string, amount: number, more: object): Promise<ScheduleDto> => {
    const body = { every: 'day', starts_at: later(1), journal: journal(from, to, amount), reason: 'Rent', ...more };
    const answer = await officer.post<ScheduledDto>(`${books}/schedules`, body);
    expect([answer.status, answer.body.state]).toEqual([201, 'scheduled']);
    return answer.body.schedule as ScheduleDto;
  };
  const runs = async ({ id }: ScheduleDto) =>
    (await officer.get<Page<ScheduleRunDto>>(`${books}/schedules/${id}/runs`)).body.data;

  it('GAP-WAL-10: each occurrence is posted once, when it is due and never twice, whoever runs the job', async () => {
    const [bank, rent] = [await open(true), await open(true)];
    const daily = await schedule(bank, rent, 10, { ends_at: later(3.5) });
    const once = await schedule(bank, rent, 1_000, { every: 'once' });
    await work();
    expect(await posted(rent)).toBe(0);
    clock.advance(dayMs);
    const poster = house.service.app.get(PostScheduled);
    await Promise.all(Array.from({ length: 8 }, () => poster.postDue()));
    expect(await posted(rent)).toBe(1_010);
    // Three days in which nobody worked: what was missed comes, each counting from its day.
    clock.advance(3 * dayMs);
    await work();
    expect(await posted(rent)).toBe(1_030);
    clock.advance(5 * dayMs);
    await work();
    expect(await posted(rent)).toBe(1_030);
    expect((await runs(daily)).map(({ occurrence }) => occurrence)).toEqual([2, 1, 0]);
    expect((await runs(once)).map(({ refusal }) => refusal)).toEqual([null]);
    const { body } = await officer.get<Page<ScheduleDto>>(`${books}/schedules`, { query: { state: 'ended' } });
    expect(body.data.map(({ id }) => id)).toEqual([once.id, daily.id]);
    expect(await house.faultsInBooks()).toEqual([]);
  });

  it('GAP-WAL-10: a paused one rests and makes up for it; one that is ended is over', async () => {
    const [bank, rent] = [await open(true), await open(true)];
    const daily = await schedule(bank, rent, 1, {});
    const turn = (what: string) => officer.post<ScheduleDto>(`${books}/schedules/${daily.id}/${what}`);
    expect((await turn('pause')).body.state).toBe('paused');
    clock.advance(2 * dayMs);
    await work();
    expect(await posted(rent)).toBe(0);
    expect((await turn('resume')).body.state).toBe('active');
    await work();
    expect(await posted(rent)).toBe(2);
    expect((await turn('end')).body.state).toBe('ended');
    expect((await turn('resume')).problem?.code).toBe('schedule_ended');
    clock.advance(2 * dayMs);
    await work();
    expect(await posted(rent)).toBe(2);
  });

  it('GAP-WAL-10: one that the books refuse says why, leaves its neighbours alone and comes again next time', async () => {
    const [purse, rent] = [await open(false), await open(true)];
    const bank = await open(true);
    const poor = await schedule(purse, rent, 5, {});
    const rich = await schedule(bank, rent, 100, { every: 'once' });
    clock.advance(dayMs);
    await work();
    expect(await runs(poor)).toMatchObject([{ occurrence: 0, journal_id: null, refusal: 'insufficient_funds' }]);
    expect(await runs(rich)).toMatchObject([{ refusal: null }]);
    await officer.post(`${books}/journals`, { ...journal(bank, purse, 5), reason: 'Filled up' });
    clock.advance(dayMs);
    await work();
    expect((await runs(poor)).map(({ refusal }) => refusal)).toEqual([null, 'insufficient_funds']);
    expect([await posted(purse), await posted(rent)]).toEqual([0, 105]);
  });

  it('GAP-WAL-10: above the threshold a second person says yes; an impossible one is not made', async () => {
    const [bank, rent] = [await open(true), await open(true)];
    const settings = { currency: 'EUR', four_eyes_above_minor: 50_000, reason: 'Policy' };
    await officer.put(`${books}/settings`, settings, { headers: { 'if-match': '"0"' } });
    const body = { every: 'once', starts_at: later(1), journal: journal(bank, rent, 50_001), reason: 'Large' };
    const proposed = await officer.post<ScheduledDto>(`${books}/schedules`, body);
    expect([proposed.status, proposed.body.state]).toEqual([202, 'proposed']);
    const approve = house
      .staff('finance_ops')
      .post(`${books}/proposals/${proposed.body.proposal_id}/approve`, { reason: 'Seen' });
    expect((await approve).status).toBe(200);
    clock.advance(dayMs);
    await work();
    expect(await posted(rent)).toBe(50_001);
    const impossible = await officer.post(`${books}/schedules`, { ...body, journal: journal(bank, 'nowhere', 1) });
    expect(impossible.problem?.code).toBe('account_unknown');
    const backwards = await officer.post(`${books}/schedules`, { ...body, ends_at: later(-1) });
    expect(backwards.problem?.code).toBe('ends_before_it_starts');
  });
});

describe('GAP-WAL-10: monitors', () => {
  it('GAP-WAL-10: a balance that passes its threshold is told once per crossing, and not while it stays beyond', async () => {
    const [bank, till] = [await open(true), await open(true)];
    const watch = { account: till, measure: 'posted', direction: 'above', threshold_minor: 100 };
    const monitor = (await officer.post<MonitorDto>(`${books}/monitors`, watch)).body;
    expect((await officer.post<MonitorDto>(`${books}/monitors`, watch)).body.id).toBe(monitor.id);
    const move = (amount: number) =>
      officer.post(`${books}/journals`, { ...journal(bank, till, amount), reason: 'Moved' });
    for (const amount of [100, 1, 50, -60, 20, -100]) await move(amount);
    const crossings = async () =>
      (await officer.get<Page<CrossingDto>>(`${books}/monitors/${monitor.id}/crossings`)).body.data;
    expect((await crossings()).map(({ value_minor }) => value_minor)).toEqual([111, 101]);
    for (const { id, value_minor } of await crossings()) {
      expect(await house.said(balanceCrossed, { crossingId: id })).toMatchObject({
        monitorId: monitor.id,
        merchantId: house.merchantId,
        account: till,
        thresholdMinor: 100,
        valueMinor: value_minor,
      });
      expect(await house.times(balanceCrossed, id)).toBe(1);
    }
    expect((await officer.delete(`${books}/monitors/${monitor.id}`)).status).toBe(204);
    await move(500);
    expect(await crossings()).toHaveLength(2);
    const foreign = house.staff('finance_ops', [newId()]);
    expect((await foreign.get(`${books}/monitors/${monitor.id}/crossings`)).status).toBe(404);
    expect((await foreign.post(`${books}/monitors`, watch)).problem?.code).toBe('account_unknown');
  });
});
