import { canonicalJson, hashOf } from './hash';
import { derivedId, isId, newId } from './ids';

it('hashes equal inputs equally, however their keys were ordered', () => {
  expect(hashOf({ a: 1, b: [{ d: 1, c: 2 }] })).toBe(hashOf({ b: [{ c: 2, d: 1 }], a: 1 }));
  expect(hashOf({ a: 1 })).not.toBe(hashOf({ a: '1' }));
  expect(canonicalJson({ b: undefined, a: [undefined, new Date(0)] })).toBe('{"a":[null,"1970-01-01T00:00:00.000Z"]}');
});

it('makes ids that sort by time and derives the same id from the same name', () => {
  const [first, second] = [newId(), newId()];
  expect(isId(first)).toBe(true);
  expect(first < second).toBe(true);
  expect(derivedId(first, 'x')).toBe(derivedId(first, 'x'));
  expect(derivedId(first, 'x')).not.toBe(derivedId(first, 'y'));
});
