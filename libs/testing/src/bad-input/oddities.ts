import { gzipSync } from 'node:zlib';

/** Values that a careless client, or a careful attacker, puts where something else belongs. */
export const oddities: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e300,
  2 ** 31,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  'x',
  '1',
  '\u0000',
  '\ud800',
  '💥',
  'İ\u202eﬁ',
  'a'.repeat(10_000),
  [],
  [null],
  [[]],
  {},
  { $gt: '' },
  "'; DROP TABLE orders; --",
  '{{7*7}}{% raw %}',
  '2026-02-30T00:00:00Z',
  '9999999-01-01T00:00:00Z',
  '-infinity',
  '00000000-0000-0000-0000-000000000000',
];

/** Texts that stand where a path wants an id, as they go over the wire. */
export const oddSegments: readonly string[] = [
  'x',
  '0',
  '-1',
  'null',
  '%00',
  '%F0%9F%92%A5',
  '%ED%A0%80',
  '%',
  '..%2f..',
  "'%20OR%201=1--",
  'a'.repeat(255),
  'a'.repeat(300),
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-4fff-bfff-ffffffffffff',
];

/** Texts that stand where a query wants a number, a date, a choice, a cursor. */
export const oddQueries: readonly string[] = [
  '',
  ' ',
  'x',
  '0',
  '-1',
  '0.5',
  '1e9',
  '1e400',
  'NaN',
  '0x10',
  '99999999999999999999',
  'null',
  '\u0000',
  '💥',
  'e30',
  'W10',
  Buffer.from('{"id":"x"}').toString('base64url'),
  Buffer.from('{"__proto__":{"id":"x"}}').toString('base64url'),
  "' OR 1=1 --",
  '2026-02-30',
  '0000-00-00',
  '275760-09-14',
  '-000001-01-01',
  'a'.repeat(5_000),
];

/** A body as bytes that JSON is not, or that no route may see, with the statuses that are right. */
export interface OddBody {
  what: string;
  raw: string | Uint8Array;
  contentType?: string;
  headers?: Record<string, string>;
  /** Default 400. */
  status?: number;
}

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

/** Bodies that no route reads, whatever it is for. */
export const oddBodies: readonly OddBody[] = [
  { what: 'half of an object', raw: '{' },
  { what: 'no JSON', raw: 'NaN' },
  { what: 'single quotes', raw: "{'a':1}" },
  { what: 'nothing', raw: '' },
  { what: 'bytes that are no UTF-8', raw: new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]) },
  { what: 'UTF-16', raw: new Uint8Array(Buffer.from('{"a":1}', 'utf16le')) },
  { what: '__proto__', raw: '{"__proto__":{"admin":true}}' },
  { what: 'constructor.prototype', raw: '{"constructor":{"prototype":{"admin":true}}}' },
  { what: 'arrays nested 100 deep', raw: `{"a":${nested(100, '[', ']')}}` },
  { what: 'objects nested 100 deep', raw: `${'{"a":'.repeat(100)}1${'}'.repeat(100)}` },
  { what: 'arrays nested 200,000 deep', raw: `{"a":${nested(200_000, '[', ']')}}` },
  { what: '20,000 items', raw: `{"a":[${'1,'.repeat(20_000)}1]}` },
  { what: 'more than a megabyte', raw: `{"a":"${'x'.repeat(1_100_000)}"}`, status: 413 },
  { what: 'text/plain', raw: '{}', contentType: 'text/plain', status: 415 },
  { what: 'a form', raw: 'a=1', contentType: 'application/x-www-form-urlencoded', status: 415 },
  { what: 'XML', raw: '<a/>', contentType: 'application/xml', status: 415 },
  { what: 'a content type that is none', raw: '{}', contentType: '???', status: 415 },
  { what: 'gzip', raw: new Uint8Array(gzipSync('{}')), headers: { 'content-encoding': 'gzip' } },
];
