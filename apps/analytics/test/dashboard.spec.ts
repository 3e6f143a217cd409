import { memberEnrolled, pointsClawedBack, pointsEarned } from '@florin/contracts';
import { FixedClock, newId } from '@florin/kernel';
import { House } from './house';

const dayMs = 86_400_000;
const noon = new Date('2026-11-15T12:00:00.000Z');

let house: House;
let merchantId: string;
beforeAll(async () => (house = await House.open(new FixedClock(noon))));
afterAll(() => house.close());
beforeEach(() => (merchantId = newId()));

const daysAgo = (days: number) => new Date(noon.getTime() - days * dayMs).toISOString();

it('ANA-23: shows the last thirty days, today included, and nothing older', async () => {
  house.completed(merchantId, 1, { completedAt: daysAgo(0) });
  house.completed(merchantId, 2, { completedAt: '2026-10-17T00:00:00.000Z' });
  house.completed(merchantId, 4, { completedAt: '2026-10-16T23:59:59.999Z' });
  house.completed(merchantId, 8, { completedAt: '2026-11-16T00:00:00.000Z' });
  house.refunded(merchantId, 1, { refundedAt: daysAgo(1) });
  const shown = await house.dashboard(merchantId);
  expect([shown.from, shown.to]).toEqual(['2026-10-17', '2026-11-15']);
  expect(shown.revenue).toMatchObject([{ orders: 2, sales_minor: 3, refunds_minor: 1, net_minor: 2 }]);
});

it('ANA-16, CMP-ANA-1: counts people who bought, each once a day and once a month, however often they buy', async () => {
  const [ada, ben] = [newId(), newId()];
  for (const days of [0, 0, 5]) house.completed(merchantId, 1, { memberId: ada, completedAt: daysAgo(days) });
  house.completed(merchantId, 1, { memberId: ben, completedAt: daysAgo(5) });
  house.completed(merchantId, 1, { memberId: newId(), completedAt: daysAgo(40) });
  expect(await house.dashboard(merchantId)).toMatchObject({ daily_active_users: 1, monthly_active_users: 2 });
});

it('adds up points given and taken back, by program, on the days they were given', async () => {
  const [programId, other] = [newId(), newId()];
  const earned = { ...pointsEarned.example, merchantId, programId };
  house.say(pointsEarned, { ...earned, points: 30, earnedAt: daysAgo(2) });
  house.say(pointsEarned, { ...earned, points: 12, earnedAt: daysAgo(0) });
  house.say(pointsEarned, { ...earned, points: 500, earnedAt: daysAgo(31) });
  house.say(pointsEarned, { ...earned, programId: other, points: 7, earnedAt: daysAgo(0) });
  const { points } = await house.dashboard(merchantId);
  expect(new Map(points.map((each) => [each.program_id, each.earned]))).toEqual(
    new Map([
      [programId, 42],
      [other, 7],
    ]),
  );
});

it('shows nothing of another merchant, and nothing to somebody without the permission', async () => {
  house.completed(merchantId, 1, { completedAt: daysAgo(0) });
  const empty = { revenue: [], points: [], daily_active_users: 0, monthly_active_users: 0, members_enrolled: 0 };
  expect(await house.dashboard(newId())).toMatchObject(empty);
  expect((await house.dashboard(merchantId)).revenue).toHaveLength(1);
  for (const role of ['customer', 'support_agent'])
    expect((await house.staff(merchantId, role).get('/api/v1/analytics/dashboard')).status).toBe(403);
  expect((await house.service.http.get('/api/v1/analytics/dashboard')).status).toBe(401);
});

it('counts clawbacks and enrolments on the day on which they were said', async () => {
  const now = await House.open();
  try {
    const programId = newId();
    now.say(pointsClawedBack, { ...pointsClawedBack.example, merchantId, programId, points: 9 });
    for (const memberId of [newId(), newId()])
      now.say(memberEnrolled, { ...memberEnrolled.example, merchantId, memberId, programId });
    expect(await now.dashboard(merchantId)).toMatchObject({
      points: [{ program_id: programId, earned: 0, clawed_back: 9 }],
      members_enrolled: 2,
    });
  } finally {
    await now.close();
  }
});
