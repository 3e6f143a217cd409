import { createHash, randomBytes } from 'node:crypto';
import { emailVerificationRequested, userRegistered, userVerified } from '@florin/contracts';
import { FixedClock, hourMs, newId } from '@florin/kernel';
import { eventually } from '@florin/testing';
import { goodPassword, House, openLink, told } from './house';

const clock = new FixedClock(new Date());
let house: House;
beforeAll(async () => (house = await House.open({ clock })));
afterAll(() => house.close());

const newAddress = () => `${newId()}@demo.test`;

describe('sign-up', () => {
  it('says who came, and asks for a mail whose link only notifications can open', async () => {
    const email = newAddress();
    expect((await house.signUp(email, { display_name: 'Ada', locale: 'nl-NL' })).status).toBe(202);
    const token = await house.mailedToken(email);
    const [registered] = house.peer.of(userRegistered, { email });
    expect(registered).toMatchObject({ merchantId: house.merchantId, displayName: 'Ada', locale: 'nl-NL' });
    const [request] = house.peer.of(emailVerificationRequested, { email });
    expect(request).toMatchObject({ userId: registered?.userId, expiresAt: later(24 * hourMs) });
    expect(await openLink(request?.sealedLink ?? '')).toBe(
      `http://127.0.0.1:4000/api/v1/auth/verify-email?token=${token}`,
    );
    expect(await house.logOf(registered?.userId ?? '')).toEqual(['signed_up']);
  });

  it('AUTH-06, AUTH-60: no store and no queue holds a token that could be used', async () => {
    const email = newAddress();
    await house.signUp(email);
    const token = await house.mailedToken(email);
    expect(token).toMatch(/^[\w-]{43}$/);
    const hash = createHash('sha256').update(token).digest('hex');
    expect(await house.count('email_verification_tokens WHERE token_hash = $1', [hash])).toBe(1);
    for (const table of ['users', 'email_verification_tokens', 'auth_logs', 'outbox'])
      expect(await house.count(`${table} AS stored WHERE strpos(stored::text, $1) > 0`, [token])).toBe(0);
    expect(JSON.stringify(house.peer.heard)).not.toContain(token);
  });

  it('CMP-AUTH-2: answers the same for an address that is known, changes nothing and says nothing', async () => {
    const person = await house.person();
    const known = await house.signUp(person.email.toUpperCase(), {
      password: 'another 93 gravel oar',
      display_name: 'Eve',
    });
    const unknown = await house.signUp(newAddress());
    expect([known.status, told(known)]).toEqual([202, told(unknown)]);
    expect((await house.login(person)).status).toBe(200);
    const users = house.service.query('SELECT display_name FROM users WHERE id = $1', [person.id]);
    expect(await users).toEqual([{ display_name: 'Ada' }]);
    expect(await house.count(`outbox WHERE subject = $1 AND type LIKE 'auth.%'`, [person.id])).toBe(3);
  });

  it('of eight sign-ups with one address at once one makes the account', async () => {
    const email = newAddress();
    const answers = await Promise.all(Array.from({ length: 8 }, () => house.signUp(email)));
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 202));
    expect(await house.count('users WHERE email = $1', [email])).toBe(1);
    await house.mailedToken(email);
    expect(
      await house.count(`outbox WHERE type = 'auth.user.registered' AND envelope::text LIKE $1`, [`%${email}%`]),
    ).toBe(1);
  });

  it.each([
    ['short', 'aB3$xY9'],
    ['common', 'password123'],
    ['a row of keys', 'qwertyuiop'],
    ['their own address', 'ada.lovelace@demo.test'],
    ['one letter', 'aaaaaaaaaaaaaaaa'],
    ['a common word in disguise', 'P@ssw0rd2026'],
    ['the months of the year', 'JanuaryFebruary'],
  ])('AUTH-02: refuses a password that is %s, and says why', async (_, password) => {
    const [email, display_name] = ['ada.lovelace@demo.test', 'Ada'];
    const answer = await house.signUp(email, { password, display_name });
    expect([answer.status, answer.problem?.code]).toEqual([422, 'password_too_weak']);
    expect(answer.problem?.errors?.[0]).toMatchObject({ field: 'password', code: 'password_too_weak' });
    expect(await house.count('users WHERE email = $1', [email])).toBe(0);
  });
});

describe('merchants', () => {
  it('refuses a sign-up at a merchant that catalog never named', async () => {
    const email = newAddress();
    const answer = await house.signUp(email, { merchant_id: newId() });
    expect([answer.status, answer.problem?.code]).toEqual([404, 'merchant_not_found']);
    expect(await house.count('users WHERE email = $1', [email])).toBe(0);
  });

  it('keeps the newest version of a merchant, in whatever order they come', async () => {
    const merchantId = newId();
    const nameOf = async () =>
      (await house.service.query<{ name: string }>('SELECT name FROM merchants WHERE id = $1', [merchantId]))[0]?.name;
    await house.addMerchant(merchantId, 'New name', 3);
    await house.addMerchant(merchantId, 'Old name', 2);
    await house.addMerchant(); // said after it, so heard after it
    expect(await nameOf()).toBe('New name');
    await house.addMerchant(merchantId, 'Newest name', 4);
    await eventually(async () => (await nameOf()) === 'Newest name');
  });
});

describe('the mailed link', () => {
  it('AUTH-08: proves the address once, and only then can they log in', async () => {
    const email = newAddress();
    await house.signUp(email);
    const before = await house.login({ email, password: goodPassword });
    expect([before.status, before.problem?.code]).toEqual([403, 'email_not_verified']);
    const token = await house.mailedToken(email);
    expect((await house.verify(token)).body).toEqual({ verified: true });
    const [{ userId = '' } = {}] = await eventually(() => {
      const said = house.peer.of(userVerified, { email });
      return said.length > 0 && said;
    });
    expect((await house.login({ email, password: goodPassword })).status).toBe(200);
    expect(await house.logOf(userId)).toEqual(['signed_up', 'verified', 'logged_in']);
    const again = await house.verify(token);
    expect([again.status, again.problem?.code]).toEqual([410, 'token_invalid']);
  });

  it('AUTH-08: can be opened by a browser', async () => {
    const email = newAddress();
    await house.signUp(email);
    const answer = await house.http.get('/api/v1/auth/verify-email', {
      query: { token: await house.mailedToken(email) },
    });
    expect([answer.status, answer.body]).toEqual([200, { verified: true }]);
  });

  it('AUTH-08: that is forged is refused', async () => {
    const answer = await house.verify(randomBytes(32).toString('base64url'));
    expect([answer.status, answer.problem?.code]).toEqual([410, 'token_invalid']);
  });

  it('AUTH-08: is too old after a day', async () => {
    const [late, inTime] = [newAddress(), newAddress()];
    await house.signUp(late);
    clock.advance(hourMs);
    await house.signUp(inTime);
    const tokens = [await house.mailedToken(late), await house.mailedToken(inTime)];
    clock.advance(23.5 * hourMs);
    expect((await house.verify(tokens[0] ?? '')).status).toBe(410);
    expect((await house.verify(tokens[1] ?? '')).status).toBe(200);
  });

  it('followed eight times at once works once', async () => {
    const email = newAddress();
    await house.signUp(email);
    const token = await house.mailedToken(email);
    const answers = await Promise.all(Array.from({ length: 8 }, () => house.verify(token)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array<number>(7).fill(410)]);
  });

  it('can be asked for again; with two links they are verified once', async () => {
    const email = newAddress();
    await house.signUp(email);
    await house.http.post('/api/v1/auth/verification', { email });
    const tokens = await house.mailedTokens(email, 2);
    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) expect((await house.verify(token)).status).toBe(200);
    expect(
      await house.count(`outbox WHERE type = 'auth.user.verified' AND envelope::text LIKE $1`, [`%${email}%`]),
    ).toBe(1);
  });

  it('CMP-AUTH-2: asked for again, answers the same whether the address waits, is verified or unknown', async () => {
    const person = await house.person();
    const waiting = newAddress();
    await house.signUp(waiting);
    const answers = await Promise.all(
      [person.email, waiting, newAddress()].map((email) => house.http.post('/api/v1/auth/verification', { email })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(told(answer)))).size).toBe(1);
    await house.mailedTokens(waiting, 2);
    expect(house.peer.of(emailVerificationRequested, { email: person.email })).toHaveLength(1);
  });
});

function later(milliseconds: number): string {
  return new Date(clock.now().getTime() + milliseconds).toISOString();
}
