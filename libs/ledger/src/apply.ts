import { type Clock, hashOf, newId, present, Refusal } from '@florin/kernel';
import type { Tx } from '@florin/database';
import type { Decision } from './decide';
import { decide, groupRefused } from './decide-groups';
import { type Claim, claimKeys, type Outcome, type StoredAnswer, storedAnswers, storeOutcomes } from './keys';
import type { Crossing } from './monitors';
import { type ReadBooks, readBooks } from './read-books';
import { type Answer, type Command, type Group, maxSetSize, type RefusalCode, type Refused } from './types';
import { faultOf } from './validate';
import { writeChanges } from './write-changes';

interface Asked {
  command: Command;
  claim: Claim;
}

/** A group that is well-formed, with its place in the set. */
interface AskedGroup {
  index: number;
  asked: Asked[];
}

export interface HowToApply {
  clock: Clock | undefined;
  /** Hears what monitors say, in the transaction of the write. */
  tell(tx: Tx, crossings: Crossing[]): Promise<void>;
}

/**
 * The write path of the ledger, the same for a set of one and of a thousand: take the keys, lock the accounts, decide in
 * memory, write. The number of statements does not depend on the size of the set. Answers stand in the order of the groups
 * and of their commands; a write that is nobody's neighbour is a group of one.
 */
export async function applyGroups(tx: Tx, groups: readonly Group[], how: HowToApply): Promise<Answer[][]> {
  const size = groups.reduce((sum, group) => sum + group.length, 0);
  if (size > maxSetSize) {
    throw new Refusal(
      'too_large',
      'ledger_set_too_large',
      `a ledger call takes at most ${maxSetSize} inputs, not ${size}`,
    );
  }
  const answers = new Array<Answer[]>(groups.length);
  const { firsts, later } = inTurn(askedOf(groups, answers));
  if (firsts.length > 0) {
    const commands = firsts.flatMap((group) => group.asked.map((one) => one.command));
    // Sent together: the server takes the keys first, and locks the accounts as soon as it has them.
    const [claimed, read] = await Promise.all([
      claimKeys(tx, firsts.flatMap(claimsOf)),
      readBooks(tx, commands, how.clock),
    ]);
    const fresh: AskedGroup[] = [];
    const known: AskedGroup[] = [];
    for (const group of firsts) (group.asked.every(({ claim }) => claimed.has(claim.key)) ? fresh : known).push(group);
    if (known.length > 0) await replay(tx, known, claimed, answers);
    if (fresh.length > 0) await carryOut(tx, fresh, read, answers, how);
  }
  answerLater(firsts, later, answers);
  return answers;
}

const claimsOf = (group: AskedGroup): Claim[] => group.asked.map(({ claim }) => claim);

/** Gives the groups that are well-formed; the others are answered, and take no key. */
function askedOf(groups: readonly Group[], answers: Answer[][]): AskedGroup[] {
  const asked: AskedGroup[] = [];
  groups.forEach((group, index) => {
    const faults = faultsOf(group);
    if (faults) answers[index] = faults;
    else asked.push({ index, asked: withClaims(group) });
  });
  return asked;
}

function faultsOf(group: Group): Answer[] | undefined {
  const keys = new Set<string>();
  for (const [place, command] of group.entries()) {
    const fault = faultOf(command) ?? (keys.has(command.input.key) ? 'the key stands twice in the group' : undefined);
    if (fault !== undefined) return onlyCulprit(group.length, place, refused('invalid', fault, false));
    keys.add(command.input.key);
  }
  return undefined;
}

/** In a group a key stands for the whole of it: the same write alone, or in another group, is another input. */
function withClaims(group: Group): Asked[] {
  const whole = group.length > 1 ? hashOf(group) : undefined;
  return group.map((command) => ({
    command,
    claim: { key: command.input.key, hash: hashOf(whole === undefined ? command : { whole, command }), id: newId() },
  }));
}

/** Groups with keys that no group before them has, and those that come later with the same. */
function inTurn(groups: readonly AskedGroup[]): { firsts: AskedGroup[]; later: AskedGroup[] } {
  const seen = new Set<string>();
  const firsts: AskedGroup[] = [];
  const later: AskedGroup[] = [];
  for (const group of groups) {
    const isFirst = group.asked.every(({ claim }) => !seen.has(claim.key));
    if (isFirst) for (const { claim } of group.asked) seen.add(claim.key);
    (isFirst ? firsts : later).push(group);
  }
  return { firsts, later };
}

/**
 * Answers groups with keys that were used before: the stored answers, or key_reused where one was given for another input.
 * Then nothing of the group is done, and the keys that were still free remember it.
 */
async function replay(
  tx: Tx,
  known: readonly AskedGroup[],
  claimed: ReadonlySet<string>,
  answers: Answer[][],
): Promise<void> {
  const stored = await storedAnswers(
    tx,
    known.flatMap(claimsOf).map((claim) => claim.key),
  );
  const refusals: Outcome[] = [];
  for (const group of known) {
    const culprit = group.asked.findIndex(({ claim }) => !claimed.has(claim.key));
    answers[group.index] = group.asked.map(({ claim }) => {
      if (!claimed.has(claim.key)) return storedAnswer(claim, stored.get(claim.key));
      const { code, detail } = groupRefused(culprit);
      refusals.push({ key: claim.key, id: claim.id, refusal: code, detail });
      return refused(code, detail, false);
    });
  }
  if (refusals.length > 0) await storeOutcomes(tx, refusals);
}

function storedAnswer(claim: Claim, stored: StoredAnswer | undefined): Answer {
  if (stored?.hash !== claim.hash) return refused('key_reused', `key ${claim.key} was used for another input`, false);
  if (stored.refusal !== null) return refused(stored.refusal, stored.detail ?? '', true);
  return { ok: true, id: stored.id, replayed: true };
}

async function carryOut(
  tx: Tx,
  fresh: readonly AskedGroup[],
  { books, insertedAt }: ReadBooks,
  answers: Answer[][],
  how: HowToApply,
): Promise<void> {
  const numbered = fresh.map((group) => group.asked.map(({ command, claim }) => ({ id: claim.id, command })));
  const { decisions, changes } = decide(books, numbered);
  const crossings = await writeChanges(tx, changes, insertedAt, books.accounts);
  const corrections: Outcome[] = [];
  fresh.forEach((group, position) => {
    const decided = present(decisions[position], 'every group is decided');
    answers[group.index] = group.asked.map(({ claim }, place) => {
      const decision = present(decided[place], 'every command is decided');
      const correction = correctionOf(claim, decision);
      if (correction) corrections.push(correction);
      return { ...decision, replayed: false };
    });
  });
  if (corrections.length > 0) await storeOutcomes(tx, corrections);
  if (crossings.length > 0) await how.tell(tx, crossings);
}

/** A claim takes a yes with its own id for granted. */
function correctionOf({ key, id }: Claim, decision: Decision): Outcome | undefined {
  if (!decision.ok) return { key, id, refusal: decision.code, detail: decision.detail };
  return decision.id === id ? undefined : { key, id: decision.id, refusal: null, detail: null };
}

/** Two inputs of one set under one key: the second is a replay of the first, or key_reused. */
function answerLater(firsts: readonly AskedGroup[], later: readonly AskedGroup[], answers: Answer[][]): void {
  if (later.length === 0) return;
  const given = new Map<string, { hash: string; answer: Answer }>();
  for (const { index, asked } of firsts)
    asked.forEach(({ claim }, place) => {
      const answer = present(answers[index]?.[place], 'a first group is answered');
      given.set(claim.key, { hash: claim.hash, answer });
    });
  for (const { index, asked } of later) {
    const culprit = asked.findIndex(({ claim }) => given.has(claim.key) && given.get(claim.key)?.hash !== claim.hash);
    answers[index] = asked.map(({ claim }) => {
      const first = given.get(claim.key);
      if (!first) return refused('group_refused', groupRefused(culprit).detail, false);
      return first.hash === claim.hash
        ? { ...first.answer, replayed: true }
        : refused('key_reused', `key ${claim.key} stands twice in this set`, false);
    });
  }
}

function onlyCulprit(size: number, place: number, answer: Refused): Answer[] {
  const others = refused('group_refused', groupRefused(place).detail, false);
  return Array.from({ length: size }, (_, each) => (each === place ? answer : others));
}

function refused(code: RefusalCode, detail: string, replayed: boolean): Refused {
  return { ok: false, code, detail, replayed };
}
