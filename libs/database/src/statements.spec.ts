import { statementOf } from './statements';

it('prepares a text once it comes back, always under the same name', () => {
  const uses = Array.from({ length: 5 }, () => statementOf('SELECT 1 AS again').name);
  expect(uses[0]).toBeUndefined();
  expect(uses[4]).toMatch(/^s\d+$/);
  expect(uses[3]).toBe(uses[4]);
});

it.each([
  ['SELECT * FROM orders FOR UPDATE', 'select', false],
  ['  -- why\n  insert into orders VALUES (1)', 'insert', true],
  ['WITH x AS (SELECT 1) SELECT * FROM x', 'with', false],
  ['WITH gone AS (DELETE FROM x RETURNING 1) SELECT 1', 'with', true],
  ['UPDATE stock AS s SET n = 1', 'update', true],
  ['WITH u AS (UPDATE "stock" SET n = 1 RETURNING n) SELECT n FROM u', 'with', true],
  ['SELECT updated_at, deleted_from FROM inserts', 'select', false],
  ['VACUUM', 'other', false],
])('knows what a text does: %s', (sql, kind, writes) => {
  expect(statementOf(sql)).toMatchObject({ kind, writes });
});

it('does not fill the memory with texts that are built on the fly', () => {
  for (let n = 0; n < 20_000; n += 1) statementOf(`SELECT ${n} AS once`);
  expect(statementOf('SELECT 1 AS again').name).toMatch(/^s\d+$/);
});
