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

/** Moves that are done all or not at all, or something that happens to the whole ledger: time passes or steps back, the sweep runs. */
export type Event = { do: 'group'; moves: Move[] } | { do: 'wait'; minutes: number } | { do: 'sweep' };

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

/** Histories of 2 to 200 moves: alone, in groups, and with steps of the clock between them. */
export const events: fc.Arbitrary<Event> = fc.oneof(
  { weight: 12, arbitrary: moves.map((move): Event => ({ do: 'group', moves: [move] })) },
  {
    weight: 3,
    arbitrary: fc.array(moves, { minLength: 2, maxLength: 6 }).map((each): Event => ({ do: 'group', moves: each })),
  },
  { weight: 2, arbitrary: fc.integer({ min: -20, max: 40 }).map((minutes): Event => ({ do: 'wait', minutes })) },
  { weight: 1, arbitrary: fc.constant<Event>({ do: 'sweep' }) },
);

const minuteMs = 60_000;
const holdMinutes = 60;

interface ModelHold {
  account: string;
  left: number;
  state: 'open' | 'closed' | 'expired';
  expiresAt: number;
}

interface ModelJournal {
  id?: string;
  changes: [string, number][];
  reversed: boolean;
}

/** The ledger as a few maps, written in another way than the ledger: balances are sums over the journals. */
export class Model {
  private journals: ModelJournal[] = [];
  private byKey = new Map<string, ModelJournal>();
  private holds = new Map<string, ModelHold>();
  private now = Date.UTC(2026, 5, 1);
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

  get time(): Date {
    return new Date(this.now);
  }

  wait(minutes: number): void {
    this.now += minutes * minuteMs;
  }

  /** What the sweep should give back, by the keys of the holds. */
  sweep(): string[] {
    const due = [...this.holds].filter(([, hold]) => hold.state === 'open' && hold.expiresAt <= this.now);
    for (const [, hold] of due) hold.state = 'expired';
    return due.map(([key]) => key);
  }

  /** What the ledger should answer to a group: ok, or a code and where. A no leaves everything as it was. */
  applyGroup(commands: readonly Command[]): string {
    const before = structuredClone({ journals: this.journals, byKey: this.byKey, holds: this.holds });
    for (const [at, command] of commands.entries()) {
      const said = this.apply(command);
      if (said === 'ok') continue;
      Object.assign(this, before);
      return `${said} at ${at}`;
    }
    return 'ok';
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
          state: 'open',
          expiresAt: command.input.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
        });
        return 'ok';
      }
      case 'capture':
        return this.capture(command.input);
      case 'void': {
        const hold = this.holds.get(command.input.holdKey ?? '');
        if (!hold) return 'hold_unknown';
        if (hold.state !== 'open') return `hold_${hold.state}`;
        hold.state = 'closed';
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
    if (hold.state === 'closed') return 'hold_closed';
    if (hold.state === 'expired' || hold.expiresAt <= this.now) return 'hold_expired';
    if (input.amountMinor > hold.left) return 'hold_exceeded';
    if (input.postings.some((posting) => posting.account === hold.account)) return 'invalid';
    const left = hold.left - input.amountMinor;
    [hold.left, hold.state] = [left, left > 0 && !input.final ? 'open' : 'closed'];
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
      (sum, hold) => (hold.state === 'open' && hold.account === code ? sum + hold.left : sum),
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
      return [
        {
          operation: 'hold',
          input: {
            key: fresh('hold'),
            account: model[move.of],
            amountMinor: move.amount,
            expiresAt: new Date(model.time.getTime() + holdMinutes * minuteMs),
          },
        },
      ];
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
