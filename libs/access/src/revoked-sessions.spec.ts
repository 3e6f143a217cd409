import { sleep } from '@florin/kernel';
import { RevokedSessions } from './revoked-sessions';

it('GAP-AUTH-06: remembers a session for as long as its access tokens can live', async () => {
  const sessions = new RevokedSessions(50);
  sessions.add('gone');
  expect([sessions.has('gone'), sessions.has('open')]).toEqual([true, false]);
  await sleep(60);
  expect(sessions.has('gone')).toBe(false);
});

it('lets go of what has expired when something new comes', async () => {
  const sessions = new RevokedSessions(50);
  for (const id of ['one', 'two', 'three']) sessions.add(id);
  await sleep(60);
  sessions.add('four');
  expect(sessions.size).toBe(1);
});

it('holds no more than it may: the oldest goes first, and one that ended again is new', () => {
  const sessions = new RevokedSessions(60_000, 3);
  for (const id of ['one', 'two', 'three', 'one', 'four']) sessions.add(id);
  expect(sessions.size).toBe(3);
  expect(['one', 'two', 'three', 'four'].map((id) => sessions.has(id))).toEqual([true, false, true, true]);
});

it('by default outlives the longest access token and the leeway of its check', () => {
  expect(new RevokedSessions().keepMs).toBe(3_605_000);
});
