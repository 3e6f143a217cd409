import 'reflect-metadata';
import fc from 'fast-check';
import { Logger } from '@nestjs/common';
import { newId } from '@florin/kernel';
import { decodeCursor, encodeCursor, page } from './cursors';
import { requireVersion, versionFrom } from './etags';
import { parsePrefer } from './prefer';
import { requestIdOf } from './request-id';
import { refuseUnsafe } from './safe-input';
import { withoutSecrets } from './secrets-filter';

const shape = { name: 'text', id: 'id', total: 'number', at: 'time' } as const;

describe('cursors', () => {
  it('give back what was put in', () =>
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.maxSafeInteger(),
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }),
        (name, total, at) => {
          fc.pre(!name.includes('\0'));
          const id = newId();
          expect(decodeCursor(encodeCursor({ name, id, total, at }), shape)).toEqual({
            name,
            id,
            total,
            at: at.toISOString(),
          });
        },
      ),
    ));

  it('SEC-13, SEC-14: whatever else is sent is 400 invalid_cursor, never an error of ours', () => {
    const tampered = [
      { name: 'a', id: "1' OR 1=1", total: 1, at: '2026-01-01T00:00:00Z' },
      { name: 'a', id: newId(), total: '1', at: '2026-01-01T00:00:00Z' },
      { name: 'a', id: newId(), total: 1, at: '2026-99-01T00:00:00Z' },
      { name: 'a\0', id: newId(), total: 1, at: '2026-01-01T00:00:00Z' },
      { name: 'a', id: newId(), total: 1, at: '2026-01-01T00:00:00Z', more: 1 },
      { id: newId() },
    ].map((values) => Buffer.from(JSON.stringify(values)).toString('base64url'));
    const rubbish = [
      '',
      'a b',
      '====',
      'null',
      Buffer.from('null').toString('base64url'),
      Buffer.from('[1]').toString('base64url'),
      'A'.repeat(600),
      '../../etc/passwd',
    ];
    for (const cursor of [...tampered, ...rubbish])
      expect(() => decodeCursor(cursor, shape)).toThrow(
        expect.objectContaining({ kind: 'invalid', code: 'invalid_cursor' }) as Error,
      );
    fc.assert(fc.property(fc.string(), (cursor) => expect(() => decodeCursor(cursor, shape)).toThrow('not a cursor')));
  });

  it('pages visit every row once, in order, and the last has no cursor', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 500 })),
        fc.integer({ min: 1, max: 20 }),
        (numbers, limit) => {
          const rows = numbers.sort((a, b) => a - b).map((total) => ({ total }));
          const seen: number[] = [];
          let cursor: string | undefined;
          for (let turn = 0; turn <= rows.length; turn += 1) {
            const after = decodeCursor(cursor, { total: 'number' } as const)?.total ?? -1;
            const found = page(rows.filter(({ total }) => total > after).slice(0, limit + 1), limit, ({ total }) => ({
              total,
            }));
            seen.push(...found.data.map(({ total }) => total));
            expect(found.has_more).toBe(found.next_cursor !== null);
            if (found.next_cursor === null) break;
            cursor = found.next_cursor;
          }
          expect(seen).toEqual(rows.map(({ total }) => total));
        },
      ),
    ));
});

describe('preconditions', () => {
  it('428 without If-Match, 412 for another version or a tag that is none of ours', () => {
    expect(versionFrom('"12"')).toBe(12);
    expect(() => versionFrom(undefined)).toThrow(expect.objectContaining({ kind: 'precondition_required' }) as Error);
    for (const header of ['*', '12', 'W/"12"', '"x"', '"1", "2"', ''])
      expect(() => versionFrom(header)).toThrow(expect.objectContaining({ kind: 'precondition_failed' }) as Error);
    expect(() => requireVersion(1, 2)).toThrow(expect.objectContaining({ code: 'version_mismatch' }) as Error);
    expect(() => requireVersion(2, 2)).not.toThrow();
  });
});

it.each([
  [undefined, 0],
  ['wait=10', 10],
  ['respond-async, wait=5', 5],
  ['wait=100', 30],
  ['wait=-1', 0],
  ['wait=abc', 0],
  ['await=3', 0],
  ['WAIT = "7"', 7],
  [['respond-async', 'wait=2'], 2],
])('Prefer: %s waits %i seconds', (header, seconds) => expect(parsePrefer(header)).toBe(seconds));

it('a Request-Id is taken only when it is safe to log and store', () => {
  expect(requestIdOf({ 'request-id': 'abcdefgh' })).toBe('abcdefgh');
  expect(requestIdOf({ 'x-request-id': 'from-the-proxy.1' })).toBe('from-the-proxy.1');
  for (const bad of ['short', 'with space in it', 'x'.repeat(129), 'newline\nin-it-here', '-starts-with-dash'])
    expect(requestIdOf({ 'request-id': bad })).not.toBe(bad);
});

it('SEC-13: unsafe input is found at any depth, safe input never', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = JSON.stringify(value);
      fc.pre(
        !/\\u0000|\\ud[89a-f]|__proto__|constructor|prototype/i.test(text) &&
          !/\[\[|,\[/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '""')),
      );
      expect(() => refuseUnsafe(value)).not.toThrow();
    }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 20 }),
      fc.constantFrom('a\0b', '\ud800', 'x\udfff'),
      (path, bad) => {
        const value = path.reduce<unknown>((inner, key) => ({ [key]: inner }), bad);
        expect(() => refuseUnsafe(value)).toThrow(expect.objectContaining({ code: 'validation_failed' }) as Error);
      },
    ),
  );
});

it('a card number is refused in any text, and the field is named without it', () => {
  for (const text of ['4242424242424242', 'card 4242 4242 4242 4242 exp 12/29']) {
    const refused = {
      code: 'validation_failed',
      details: { errors: [expect.objectContaining({ field: 'lines[0].reason' })] },
    };
    expect(() => refuseUnsafe({ lines: [{ reason: text }] })).toThrow(expect.objectContaining(refused) as Error);
  }
  expect(() => refuseUnsafe({ sku: '4006381333931', phone: '+31 20 123 45 67' })).not.toThrow();
});

// It logs each find as the bug it is.
beforeAll(() => {
  Logger.overrideLogger(false);
});

it('SEC-08: takes secrets out at any depth, and leaves everything else as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify({ value, nested: [{ password_hash: 'x', ok: 1, deeper: { totpSecret: 'y' } }] });
      const clean = JSON.parse(withoutSecrets(text, '/x')) as { value: unknown; nested: unknown };
      expect(clean).toEqual(JSON.parse(JSON.stringify({ value, nested: [{ ok: 1, deeper: {} }] })));
    }),
  );
  const innocent = '{"errors":[{"field":"password"}],"note":"\\"password_hash\\":1"}';
  expect(withoutSecrets(innocent, '/x')).toBe(innocent);
});
