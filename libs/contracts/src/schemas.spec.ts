import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { allContracts } from './all-contracts';
import { breakingChanges } from './compatibility';
import { schemaOf, type ContractSchema, type JsonSchema } from './schema';

const folder = join(__dirname, '../schemas');
const mend = 'run `npm run docs` and commit what it writes';
const snapshots = new Map(
  readdirSync(folder).map((file) => [
    file.replace(/\.json$/, ''),
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as ContractSchema,
  ]),
);

describe('the schema snapshots', () => {
  it.each(allContracts.map((contract) => [contract.name, contract] as const))(
    '%s changes only by addition',
    (name, contract) => {
      const now = schemaOf(contract);
      const before = snapshots.get(name);
      if (!before) throw new Error(`${name} has no snapshot yet: ${mend}`);
      const broken = breakingChanges(before, now);
      if (broken.length > 0) {
        throw new Error(
          `${name} would break who says or hears it; add a new version beside it:\n  ${broken.join('\n  ')}`,
        );
      }
      if (JSON.stringify(now) !== JSON.stringify(before)) throw new Error(`${name} changed by addition: ${mend}`);
    },
  );

  it('belong to contracts that still exist', () => {
    const known = new Set(allContracts.map((contract) => contract.name));
    const orphans = [...snapshots.keys()].filter((name) => !known.has(name));
    if (orphans.length > 0) {
      throw new Error(
        `${orphans.join(', ')}: gone from the code. Delete the snapshot only when no queue and no outbox holds it`,
      );
    }
  });

  it('agree with a JSON Schema validator about every example', () => {
    const ajv = new Ajv({ strict: false, formats: { uuid: true, 'date-time': true } });
    for (const contract of allContracts) {
      const accepts = ajv.compile(schemaOf(contract));
      expect(accepts(contract.example)).toBe(true);
      expect(accepts({})).toBe(false);
    }
  });
});

describe('a change to a contract', () => {
  const line: JsonSchema = { type: 'object', properties: { quantity: { type: 'integer' } }, required: ['quantity'] };
  const before: JsonSchema = {
    type: 'object',
    properties: {
      orderId: { type: 'string', format: 'uuid' },
      state: { enum: ['pending', 'paid'] },
      coupon: { type: 'string' },
      lines: { type: 'array', items: line },
    },
    required: ['orderId', 'state', 'lines'],
  };
  const changed = (properties: Record<string, JsonSchema>, required = before.required): JsonSchema => ({
    ...before,
    properties: { ...before.properties, ...properties },
    required,
  });
  const { coupon: _coupon, ...withoutCoupon } = before.properties ?? {};

  it('may add an optional field, also inside a list', () => {
    expect(breakingChanges(before, before)).toEqual([]);
    expect(breakingChanges(before, changed({ note: { type: 'string' } }))).toEqual([]);
    const richer = { ...line, properties: { ...line.properties, note: { type: 'string' } } };
    expect(breakingChanges(before, changed({ lines: { type: 'array', items: richer } }))).toEqual([]);
  });

  it.each([
    ['removed', { ...before, properties: withoutCoupon }, /^coupon was removed/],
    [
      'new and required',
      changed({ note: { type: 'string' } }, ['orderId', 'state', 'lines', 'note']),
      /^note is new and req/,
    ],
    ['now required', changed({}, ['orderId', 'state', 'lines', 'coupon']), /^coupon became required/],
    ['now optional', changed({}, ['orderId', 'lines']), /^state became optional/],
    ['retyped', changed({ orderId: { type: 'integer' } }), /^orderId changed from/],
    ['narrowed', changed({ state: { enum: ['pending'] } }), /^state changed from/],
    ['no list any more', changed({ lines: { type: 'array' } }), /^lines changed between/],
    [
      'broken inside a list',
      changed({ lines: { type: 'array', items: { ...line, properties: { quantity: { type: 'string' } } } } }),
      /^lines\[\]\.quantity changed/,
    ],
  ])('may not leave a field %s', (_, after, words) => {
    const [first, ...others] = breakingChanges(before, after);
    expect(first).toMatch(words);
    expect(others).toEqual([]);
  });
});
