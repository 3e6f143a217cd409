import { type Books, type Changes, noChanges } from './books';
import { noteCrossings } from './monitors';
import { type Decision, decideOne, type Numbered } from './decide';

/**
 * Decides groups of commands one after the other, each on the books as those before it left them: the commands of a group are
 * done all or not at all, and a refused group leaves no trace for its neighbours. Pure but for the books, which it takes over
 * and moves on.
 */
export function decide(
  books: Books,
  groups: readonly (readonly Numbered[])[],
): { decisions: Decision[][]; changes: Changes } {
  const changes = noChanges();
  const decisions = groups.map((group) => {
    const decided = decideGroup(books, changes, group);
    const last = decided.at(-1);
    if (last?.ok) noteCrossings(books, changes, last.id);
    return decided;
  });
  return { decisions, changes };
}

function decideGroup(books: Books, changes: Changes, group: readonly Numbered[]): Decision[] {
  // A single command takes nothing back: it changes nothing before it knows that it can.
  if (group.length === 1) return group.map((numbered) => decideOne(books, changes, numbered));
  const takeBack = remember(books, changes);
  const decisions: Decision[] = [];
  for (const numbered of group) {
    const decision = decideOne(books, changes, numbered);
    decisions.push(decision);
    if (!decision.ok) {
      takeBack();
      return group.map((_, place) => (place === decisions.length - 1 ? decision : groupRefused(decisions.length - 1)));
    }
  }
  changes.undo = undefined;
  return decisions;
}

/** The answer for the writes of a group beside the one that could not be done. */
export function groupRefused(culprit: number): Decision & { ok: false } {
  return { ok: false, code: 'group_refused', detail: `write ${culprit + 1} of its group was refused` };
}

/** Remembers how things are and gives what brings them back to that. */
function remember(books: Books, changes: Changes): () => void {
  const { journals, postings, reversals, accounts, newHolds, changedHolds } = changes;
  const lengths = [journals.length, postings.length, reversals.length] as const;
  const sizes = [accounts.size, newHolds.size, changedHolds.size] as const;
  changes.undo = [];
  return () => {
    for (const undo of changes.undo?.reverse() ?? []) undo();
    changes.undo = undefined;
    [journals.length, postings.length, reversals.length] = lengths;
    for (const held of [...newHolds].slice(sizes[1])) {
      books.holds.delete(held.id);
      books.holdIds.delete(held.key);
    }
    shorten(accounts, sizes[0]);
    shorten(newHolds, sizes[1]);
    shorten(changedHolds, sizes[2]);
  };
}

/** Sets keep the order in which things were added. */
function shorten<T>(set: Set<T>, size: number): void {
  for (const added of [...set].slice(size)) set.delete(added);
}
