import { type AccountState, type Books, type Changes, type HoldState, type JournalRow, touch } from './books';
import type {
  CaptureInput,
  Command,
  HoldChoice,
  HoldInput,
  JournalInput,
  PostingInput,
  RefusalCode,
  ReverseInput,
  VoidInput,
} from './types';

/** A command with the id its journal or hold will have. */
export interface Numbered {
  id: string;
  command: Command;
}

/** `id` is what the caller gets: the journal's, or for a void the hold's. */
export type Decision = { ok: true; id: string } | { ok: false; code: RefusalCode; detail: string };

const yes = (id: string): Decision => ({ ok: true, id });
const no = (code: RefusalCode, detail: string): Decision => ({ ok: false, code, detail });

/** Decides one command on the books as those before it left them. A refused command changes nothing, so its neighbours never notice it. */
export function decideOne(books: Books, changes: Changes, { id, command }: Numbered): Decision {
  switch (command.operation) {
    case 'post':
      return post(books, changes, id, command.input);
    case 'hold':
      return hold(books, changes, id, command.input);
    case 'capture':
      return capture(books, changes, id, command.input);
    case 'void':
      return voidHold(books, changes, command.input);
    case 'reverse':
      return reverse(books, changes, id, command.input);
  }
}

function post(books: Books, changes: Changes, id: string, input: JournalInput): Decision {
  const journal = journalRow(id, input.key, input.kind, input);
  return move(books, changes, journal, input.postings);
}

function hold(books: Books, changes: Changes, id: string, input: HoldInput): Decision {
  const account = books.accounts.get(input.account);
  if (!account) return no('account_unknown', `there is no account ${input.account}`);
  if (account.closed) return no('account_closed', `account ${account.code} is closed`);
  if (!Number.isSafeInteger(account.held + input.amountMinor))
    return no('overflow', 'the held amount would be too large to be exact');
  if (!account.allowNegative && account.posted - account.held < input.amountMinor)
    return short(account, input.amountMinor);
  touch(changes, account).held += input.amountMinor;
  changes.accounts.add(account);
  const made: HoldState = {
    id,
    account: account.code,
    key: input.key,
    amount: input.amountMinor,
    captured: 0,
    status: 'open',
    reference: input.reference ?? null,
    expiresAt: input.expiresAt ?? null,
  };
  books.holds.set(id, made);
  books.holdIds.set(input.key, id);
  changes.newHolds.add(made);
  return yes(id);
}

function capture(books: Books, changes: Changes, id: string, input: CaptureInput): Decision {
  const held = findHold(books, input);
  if (!held) return no('hold_unknown', 'there is no such hold');
  if (held.status === 'expired' || isDue(held, books.now)) return no('hold_expired', `hold ${held.id} has timed out`);
  if (held.status !== 'open') return no('hold_closed', `hold ${held.id} is ${held.status}`);
  const left = held.amount - held.captured;
  if (input.amountMinor > left)
    return no('hold_exceeded', `hold ${held.id} has ${left} left, not ${input.amountMinor}`);
  if (input.postings.some((posting) => posting.account === held.account)) {
    return no('invalid', 'the holder’s own posting is added by the ledger and cannot be given');
  }
  if (input.postings.reduce((sum, posting) => sum + BigInt(posting.amountMinor), 0n) !== BigInt(input.amountMinor)) {
    return no('unbalanced', 'the postings must sum to the captured amount');
  }
  const journal = journalRow(id, input.key, input.kind ?? 'capture', {
    ...input,
    reference: input.reference ?? held.reference ?? undefined,
  });
  journal.holdId = held.id;
  const released = input.final ? left : input.amountMinor;
  const postings = [{ account: held.account, amountMinor: -input.amountMinor }, ...input.postings];
  const moved = move(books, changes, journal, postings, { account: held.account, amount: released });
  if (!moved.ok) return moved;
  touch(changes, held).captured += input.amountMinor;
  if (released === left) held.status = 'captured';
  noteHold(changes, held);
  return moved;
}

function voidHold(books: Books, changes: Changes, input: VoidInput): Decision {
  const held = findHold(books, input);
  if (!held) return no('hold_unknown', 'there is no such hold');
  if (held.status === 'expired') return no('hold_expired', `hold ${held.id} has timed out`);
  if (held.status !== 'open') return no('hold_closed', `hold ${held.id} is ${held.status}`);
  giveBack(books, changes, held, 'voided');
  return yes(held.id);
}

/** Closes an open hold and gives what is left of it back to its account. */
export function giveBack(books: Books, changes: Changes, held: HoldState, status: 'voided' | 'expired'): void {
  const account = books.accounts.get(held.account);
  if (account) {
    touch(changes, account).held -= held.amount - held.captured;
    changes.accounts.add(account);
  }
  touch(changes, held).status = status;
  noteHold(changes, held);
}

function reverse(books: Books, changes: Changes, id: string, input: ReverseInput): Decision {
  const original = books.originals.get(input.journalId.toLowerCase());
  if (!original) return no('journal_unknown', `there is no journal ${input.journalId}`);
  if (original.reversed) return no('already_reversed', `journal ${original.id} has been reversed`);
  const journal = journalRow(id, input.key, 'reversal', {
    reference: input.reference ?? original.reference ?? undefined,
    effectiveAt: input.effectiveAt === 'original' ? original.effectiveAt : input.effectiveAt,
    metadata: input.metadata,
  });
  journal.reverses = original.id;
  const postings = original.postings.map(({ account, amountMinor }) => ({ account, amountMinor: -amountMinor }));
  const moved = move(books, changes, journal, postings);
  if (!moved.ok) return moved;
  touch(changes, original).reversed = true;
  changes.reversals.push({ journalId: original.id, reversedBy: id });
  return moved;
}

/** Moves the amounts of one journal, all or none. A release gives back held money in the same step that spends it. */
function move(
  books: Books,
  changes: Changes,
  journal: JournalRow,
  postings: readonly PostingInput[],
  release?: { account: string; amount: number },
): Decision {
  const nets = new Map<AccountState, number>();
  const sums = new Map<string, bigint>();
  for (const { account: code, amountMinor } of postings) {
    const account = books.accounts.get(code);
    if (!account) return no('account_unknown', `there is no account ${code}`);
    if (account.closed) return no('account_closed', `account ${code} is closed`);
    nets.set(account, (nets.get(account) ?? 0) + amountMinor);
    sums.set(account.asset, (sums.get(account.asset) ?? 0n) + BigInt(amountMinor));
  }
  for (const [asset, sum] of sums) {
    if (sum !== 0n) return no('unbalanced', `the postings in ${asset} sum to ${sum}, not to zero`);
  }
  for (const [account, net] of nets) {
    const released = release?.account === account.code ? release.amount : 0;
    const fault = balanceFault(account, net, released);
    if (fault) return fault;
  }
  if (!stepsAreExact(books, postings)) return no('overflow', 'a balance would be too large to be exact');
  changes.journals.push(journal);
  for (const { account: code, amountMinor } of postings) writePosting(books, changes, journal, code, amountMinor);
  const holder = release && books.accounts.get(release.account);
  if (holder) touch(changes, holder).held -= release.amount;
  return yes(journal.id);
}

function balanceFault(account: AccountState, net: number, released: number): Decision | undefined {
  const posted = account.posted + net;
  if (!Number.isSafeInteger(posted) || !Number.isSafeInteger(net))
    return no('overflow', `the balance of ${account.code} would be too large to be exact`);
  // Only what takes money can overdraw: the CHECK of the table holds for the balance as it was.
  if (net < 0 && !account.allowNegative && posted - (account.held - released) < 0) return short(account, -net);
  return undefined;
}

/** Each posting carries the balance after it, so also the steps in between must be exact. */
function stepsAreExact(books: Books, postings: readonly PostingInput[]): boolean {
  const running = new Map<string, number>();
  return postings.every(({ account: code, amountMinor }) => {
    const after = (running.get(code) ?? books.accounts.get(code)?.posted ?? 0) + amountMinor;
    running.set(code, after);
    return Number.isSafeInteger(after);
  });
}

function writePosting(books: Books, changes: Changes, journal: JournalRow, code: string, amount: number): void {
  const account = books.accounts.get(code);
  if (!account) return;
  touch(changes, account).posted += amount;
  account.postings += 1;
  changes.accounts.add(account);
  changes.postings.push({
    journalId: journal.id,
    accountId: account.id,
    seq: account.postings,
    amount,
    balanceAfter: account.posted,
    effectiveAt: journal.effectiveAt,
  });
}

function journalRow(
  id: string,
  key: string,
  kind: string,
  from: { reference?: string; effectiveAt?: Date; metadata?: Record<string, unknown> },
): JournalRow {
  return {
    id,
    key,
    kind,
    reference: from.reference ?? null,
    effectiveAt: from.effectiveAt ?? null,
    reverses: null,
    holdId: null,
    metadata: from.metadata ?? null,
  };
}

function findHold(books: Books, choice: HoldChoice): HoldState | undefined {
  const id = choice.holdId === undefined ? books.holdIds.get(choice.holdKey) : choice.holdId.toLowerCase();
  return id === undefined ? undefined : books.holds.get(id);
}

function isDue(held: HoldState, now: Date): boolean {
  return held.status === 'open' && held.expiresAt !== null && held.expiresAt <= now;
}

function noteHold(changes: Changes, held: HoldState): void {
  // A hold made in this very set is inserted in its final state.
  if (!changes.newHolds.has(held)) changes.changedHolds.add(held);
}

function short(account: AccountState, wanted: number): Decision {
  return no(
    'insufficient_funds',
    `account ${account.code} has ${account.posted - account.held} available, not ${wanted}`,
  );
}
