import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { allContracts, contractNamed } from './all-contracts';
import type { MessageContract } from './define';
import { rulesOf, InvalidMessage, validateData } from './validate';
import { itemTypeOf, type Class } from './fields';

type Json = Record<string, unknown>;

const requiredOf = (type: Class<object>): string[] => {
  const rules = rulesOf(type);
  const optional = new Set(
    rules.filter((rule) => rule.type === 'conditionalValidation').map((rule) => rule.propertyName),
  );
  return [...new Set(rules.map((rule) => rule.propertyName))].filter((name) => !optional.has(name));
};
const fieldsAtFault = (contract: MessageContract, data: unknown): string[] => {
  try {
    validateData(contract, data);
  } catch (error) {
    if (error instanceof InvalidMessage) return error.errors.map((fault) => fault.field);
    throw error;
  }
  return [];
};
const acceptedByClassValidator = (contract: MessageContract, data: unknown): boolean =>
  validateSync(plainToInstance(contract.data, data)).length === 0;

describe.each(allContracts.map((contract) => [contract.name, contract] as const))('%s', (_, contract) => {
  const example = contract.example as Json;

  it('has a valid example that survives JSON unchanged', () => {
    expect(validateData(contract, JSON.parse(JSON.stringify(example)))).toEqual(example);
  });

  it('shows every field in its example', () => {
    expect(Object.keys(example).sort()).toEqual(
      [...new Set(rulesOf(contract.data).map((rule) => rule.propertyName))].sort(),
    );
  });

  it.each(requiredOf(contract.data))('refuses data without %s, and with it wrong', (field) => {
    const { [field]: _left, ...rest } = example;
    for (const broken of [
      rest,
      { ...example, [field]: null },
      { ...example, [field]: {} },
      { ...example, [field]: [1] },
    ]) {
      const faults = fieldsAtFault(contract, broken);
      expect(faults.length).toBeGreaterThan(0);
      expect(faults.every((fault) => fault === field || fault.startsWith(`${field}[`))).toBe(true);
      expect(acceptedByClassValidator(contract, broken)).toBe(false);
    }
  });

  it('refuses broken items of its lists, naming the place', () => {
    for (const [field, value] of Object.entries(example)) {
      const item = itemTypeOf(contract.data, field);
      if (!item) continue;
      const [first] = value as Json[];
      for (const required of requiredOf(item)) {
        const { [required]: _left, ...rest } = first as Json;
        expect(fieldsAtFault(contract, { ...example, [field]: [first, rest] })).toEqual([`${field}[1].${required}`]);
      }
    }
  });

  it('drops fields it does not know, so that a newer sender may add some', () => {
    expect(validateData(contract, { ...example, addedLater: 1 })).toEqual(example);
  });

  it('follows the naming rule', () => {
    expect(contract.type).toMatch(/^[a-z]+\.[a-z_]+\.[a-z_]+$/);
    expect(contract.description).toMatch(/^Said .+\.$/);
    if (contract.kind === 'event') expect(contract.type).toMatch(/(ed|paid|sent|frozen|clawed_back)$/);
  });
});

describe('the contracts together', () => {
  it('have names of their own', () => {
    expect(new Set(allContracts.map((contract) => contract.name)).size).toBe(allContracts.length);
    expect(contractNamed('orders.order.completed.v1')?.type).toBe('orders.order.completed');
    expect(contractNamed('orders.order.completed.v9')).toBeUndefined();
  });

  it('take a null for an optional field as left out', () => {
    const completed = contractNamed('orders.order.completed.v1') as MessageContract;
    expect(validateData(completed, { ...completed.example, couponCode: null })).not.toHaveProperty('couponCode');
  });

  it('refuse amounts that JSON cannot hold exactly', () => {
    const topup = contractNamed('wallet.topup.completed.v1') as MessageContract;
    for (const amountMinor of [2 ** 53, 0.5, -1, '100', Number.NaN]) {
      expect(fieldsAtFault(topup, { ...topup.example, amountMinor })).toEqual(['amountMinor']);
    }
  });

  it('are checked fast enough to be no cost: 20,000 orders in under two seconds', () => {
    const completed = contractNamed('orders.order.completed.v1') as MessageContract;
    const started = performance.now();
    for (let round = 0; round < 20_000; round += 1) validateData(completed, completed.example);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
