import { type Clock, hashOf, newId, present, Refusal } from '@florin/kernel';
import type { Tx } from '@florin/database';
import { decide, type Numbered } from './decide';
import { type Claim, claimKeys, type Outcome, type StoredAnswer, storedAnswers, storeOutcomes } from './keys';
import { readBooks } from './read-books';
import { type Answer, type Command, maxSetSize, type RefusalCode, type Refused } from './types';
import { faultOf } from './validate';
import { writeChanges } from './write-changes';

interface Asked {
  index: number;
  command: Command;
  claim: Claim;
}

/**
 * The write path of the ledger, the same for a set of one and of a thousand: take the keys, lock the accounts, decide in
 * memory, write. The number of statements does not depend on the size of the set. Answers stand in the order of the commands.
 */
export async function applyCommands(tx: Tx, commands: readonly Command[], clock?: Clock): Promise<Answer[]> {
  if (commands.length > maxSetSize) {
    throw new Refusal(
      'too_large',
      'ledger_set_too_large',
      `a ledger call takes at most ${maxSetSize} inputs, not ${commands.length}`,
    );
  }
  const answers = new Array<Answer>(commands.length);
  const asked = askedOf(commands, answers);
  const firsts = firstOfEachKey(asked);
  if (firsts.length > 0) {
    const claimed = await claimKeys(
      tx,
      firsts.map((one) => one.claim),
    );
    const fresh = firsts.filter((one) => claimed.has(one.claim.key));
    const repeated = firsts.filter((one) => !claimed.has(one.claim.key));
    if (repeated.length > 0) await replay(tx, repeated, answers);
    if (fresh.length > 0) await carryOut(tx, fresh, answers, clock);
  }
  answerDuplicates(asked, answers);
  return answers;
}

function askedOf(commands: readonly Command[], answers: Answer[]): Asked[] {
  const asked: Asked[] = [];
  commands.forEach((command, index) => {
    const fault = faultOf(command);
    if (fault !== undefined) answers[index] = refused('invalid', fault, false);
    else asked.push({ index, command, claim: { key: command.input.key, hash: hashOf(command), id: newId() } });
  });
  return asked;
}

function firstOfEachKey(asked: readonly Asked[]): Asked[] {
  const seen = new Set<string>();
  return asked.filter(({ claim }) => !seen.has(claim.key) && seen.add(claim.key));
}

/** Answers keys that were used before: the stored answer, or key_reused when it was given for another input. */
async function replay(tx: Tx, repeated: readonly Asked[], answers: Answer[]): Promise<void> {
  const stored = await storedAnswers(
    tx,
    repeated.map((one) => one.claim.key),
  );
  for (const { index, claim } of repeated) answers[index] = storedAnswer(claim, stored.get(claim.key));
}

function storedAnswer(claim: Claim, stored: StoredAnswer | undefined): Answer {
  if (stored?.hash !== claim.hash) return refused('key_reused', `key ${claim.key} was used for another input`, false);
  if (stored.refusal !== null) return refused(stored.refusal, stored.detail ?? '', true);
  return { ok: true, id: stored.id, replayed: true };
}

async function carryOut(tx: Tx, fresh: readonly Asked[], answers: Answer[], clock?: Clock): Promise<void> {
  const { books, insertedAt } = await readBooks(
    tx,
    fresh.map((one) => one.command),
    clock,
  );
  const { decisions, changes } = decide(books, fresh.map(numbered));
  await writeChanges(tx, changes, insertedAt, books.accounts);
  const corrections: Outcome[] = [];
  fresh.forEach(({ index, claim }, position) => {
    const decision = present(decisions[position], 'every command is decided');
    if (decision.ok) {
      answers[index] = { ...decision, replayed: false };
      if (decision.id !== claim.id) corrections.push({ key: claim.key, id: decision.id, refusal: null, detail: null });
    } else {
      answers[index] = { ...decision, replayed: false };
      corrections.push({ key: claim.key, id: claim.id, refusal: decision.code, detail: decision.detail });
    }
  });
  if (corrections.length > 0) await storeOutcomes(tx, corrections);
}

function numbered({ command, claim }: Asked): Numbered {
  return { id: claim.id, command };
}

/** Two inputs of one set under one key: the second is a replay of the first. */
function answerDuplicates(asked: readonly Asked[], answers: Answer[]): void {
  const firsts = new Map<string, Asked>();
  for (const one of asked) {
    const first = firsts.get(one.claim.key);
    if (!first) {
      firsts.set(one.claim.key, one);
      continue;
    }
    const answer = answers[first.index];
    const same = first.claim.hash === one.claim.hash;
    answers[one.index] =
      same && answer
        ? { ...answer, replayed: true }
        : refused('key_reused', `key ${one.claim.key} stands twice in this set`, false);
  }
}

function refused(code: RefusalCode, detail: string, replayed: boolean): Refused {
  return { ok: false, code, detail, replayed };
}
