import fc from 'fast-check';
import type { AccountInput, Answer, Command } from '../src';
import { fresh } from './fixture';

/** One step of a random history; `pick` chooses among the holds or journals that there are. */
export type Move =
  | { do: 'pay'; from: 'world' | 'alice' | 'bob'; to: 'world' | 'alice' | 'bob'; amount: number }
  | { do: 'hold'; of: 'alice' | 'bob'; amount: number }
  | { do: 'capture'; pick: number; to: 'world' | 'alice' | 'bob'; amount: number; final: boolean }
  | { do: 'void'; pick: number }
  | { do: 'reverse'; pick: number };

const person = fc.constantFrom<'alice' | 'bob'>('alice', 'bob');
const anyone = fc.constantFrom<'world' | 'alice' | 'bob'>('world', 'alice', 'bob');
const amount = fc.integer({ min: 1, max: 120 });
const pick = fc.nat(1_000);

export const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pay' as const), from: anyone, to: anyone, amount }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('hold' as const), of: person, amount }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('capture' as const), pick, to: anyone, amount, final: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('void' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reverse' as const), pick }) },
);

interface ModelHold {
  account: string;
  left: number;
  open: boolean;
}

interface ModelJournal {
  id?: string;
  changes: [string, number][];
  reversed: boolean;
}

/** The ledger as a few maps, written in another way than the ledger: balances are sums over the journals. */
export class Model {
  private readonly journals: ModelJournal[] = [];
  private readonly byKey = new Map<string, ModelJournal>();
  private readonly holds = new Map<string, ModelHold>();
  readonly world: string;
  readonly alice: string;
  readonly bob: string;

  constructor(prefix: string) {
    [this.world, this.alice, this.bob] = [`${prefix}:world`, `${prefix}:alice`, `${prefix}:bob`];
  }

  get accounts(): AccountInput[] {
    return [
      { code: this.world, asset: 'EUR', allowNegative: true },
      { code: this.alice, asset: 'EUR' },
      { code: this.bob, asset: 'EUR' },
    ];
  }

  /** Keys of holds that were accepted, the oldest first. */
  get holdKeys(): string[] {
    return [...this.holds.keys()];
  }

  /** Ids of the journals that the ledger has told so far, the oldest first. */
  get journalIds(): string[] {
    return this.journals.flatMap((journal) => journal.id ?? []);
  }

  balances(): Record<string, number[]> {
    return Object.fromEntries(this.accounts.map(({ code }) => [code, [this.posted(code), this.held(code)]]));
  }

  learn(command: Command | undefined, answer: Answer): void {
    const journal = command && this.byKey.get(command.input.key);
    if (journal && answer.ok) journal.id = answer.id;
  }

  /** What the ledger should answer: ok or a code. */
  apply(command: Command): string {
    switch (command.operation) {
      case 'post':
        return this.record(
          command.input.key,
          command.input.postings.map((posting) => [posting.account, posting.amountMinor]),
        );
      case 'hold': {
        if (this.available(command.input.account) < command.input.amountMinor) return 'insufficient_funds';
        this.holds.set(command.input.key, {
          account: command.input.account,
          left: command.input.amountMinor,
          open: true,
        });
        return 'ok';
      }
      case 'capture':
        return this.capture(command.input);
      case 'void': {
        const hold = this.holds.get(command.input.holdKey ?? '');
        if (!hold) return 'hold_unknown';
        if (!hold.open) return 'hold_closed';
        hold.open = false;
        return 'ok';
      }
      case 'reverse': {
        const original = this.journals.find((journal) => journal.id === command.input.journalId);
        if (!original) return 'journal_unknown';
        if (original.reversed) return 'already_reversed';
        const said = this.record(
          command.input.key,
          original.changes.map(([code, change]) => [code, -change]),
        );
        if (said === 'ok') original.reversed = true;
        return said;
      }
    }
  }

  private capture(input: Extract<Command, { operation: 'capture' }>['input']): string {
    const hold = this.holds.get(input.holdKey ?? '');
    if (!hold) return 'hold_unknown';
    if (!hold.open) return 'hold_closed';
    if (input.amountMinor > hold.left) return 'hold_exceeded';
    if (input.postings.some((posting) => posting.account === hold.account)) return 'invalid';
    const left = hold.left - input.amountMinor;
    [hold.left, hold.open] = [left, left > 0 && !input.final];
    return this.record(input.key, [
      [hold.account, -input.amountMinor],
      ...input.postings.map((posting): [string, number] => [posting.account, posting.amountMinor]),
    ]);
  }

  private record(key: string, changes: [string, number][]): string {
    for (const code of [this.alice, this.bob]) {
      const net = changes.filter(([account]) => account === code).reduce((sum, [, change]) => sum + change, 0);
      if (net < 0 && this.available(code) + net < 0) return 'insufficient_funds';
    }
    const journal: ModelJournal = { changes, reversed: false };
    this.journals.push(journal);
    this.byKey.set(key, journal);
    return 'ok';
  }

  private posted(code: string): number {
    return this.journals
      .flatMap((journal) => journal.changes)
      .reduce((sum, [account, change]) => (account === code ? sum + change : sum), 0);
  }

  private held(code: string): number {
    return [...this.holds.values()].reduce(
      (sum, hold) => (hold.open && hold.account === code ? sum + hold.left : sum),
      0,
    );
  }

  private available(code: string): number {
    return this.posted(code) - this.held(code);
  }
}

/** The write for a step, or none when there is nothing to pick yet. */
export function toCommand(model: Model, move: Move): Command[] {
  const postings = (from: string, to: string, amountMinor: number) => [
    { account: from, amountMinor: -amountMinor },
    { account: to, amountMinor },
  ];
  switch (move.do) {
    case 'pay':
      return [
        {
          operation: 'post',
          input: { key: fresh('pay'), kind: 'pay', postings: postings(model[move.from], model[move.to], move.amount) },
        },
      ];
    case 'hold':
      return [{ operation: 'hold', input: { key: fresh('hold'), account: model[move.of], amountMinor: move.amount } }];
    case 'capture': {
      const holdKey = chosen(model.holdKeys, move.pick);
      if (holdKey === undefined) return [];
      const to = [{ account: model[move.to], amountMinor: move.amount }];
      return [
        {
          operation: 'capture',
          input: { key: fresh('capture'), holdKey, amountMinor: move.amount, postings: to, final: move.final },
        },
      ];
    }
    case 'void': {
      const holdKey = chosen(model.holdKeys, move.pick);
      return holdKey === undefined ? [] : [{ operation: 'void', input: { key: fresh('void'), holdKey } }];
    }
    case 'reverse': {
      const journalId = chosen(model.journalIds, move.pick);
      return journalId === undefined ? [] : [{ operation: 'reverse', input: { key: fresh('reverse'), journalId } }];
    }
  }
}

function chosen<T>(from: readonly T[], pick: number): T | undefined {
  return from.length === 0 ? undefined : from[pick % from.length];
}
