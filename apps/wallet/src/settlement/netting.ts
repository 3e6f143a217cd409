import type { Partner } from './partners';
import type { OwedLine, Transfer } from './settlements.repository';

/** What each partner is owed, above zero, or owes, below, when everything is set off against everything. */
export function netPositions(
  owed: readonly Pick<OwedLine, 'debtor' | 'creditor' | 'amountMinor'>[],
): Map<Partner, number> {
  const positions = new Map<Partner, number>();
  for (const { debtor, creditor, amountMinor } of owed) {
    positions.set(creditor, (positions.get(creditor) ?? 0) + amountMinor);
    positions.set(debtor, (positions.get(debtor) ?? 0) - amountMinor);
  }
  return new Map([...positions].filter(([, amount]) => amount !== 0));
}

/**
 * Multilateral netting: the fewest transfers that a walk over debtors and creditors finds, the largest first, ties by name.
 * There are fewer of them than partners, and each partner only pays or only gets: exactly its net position.
 */
export function netTransfers(
  owed: readonly Pick<OwedLine, 'debtor' | 'creditor' | 'amountMinor'>[],
): Omit<Transfer, 'id'>[] {
  const positions = [...netPositions(owed)];
  const largestFirst = (side: [Partner, number][]) =>
    side.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([partner, left]) => ({ partner, left }));
  const creditors = largestFirst(positions.filter(([, amount]) => amount > 0));
  const debtors = largestFirst(positions.flatMap(([partner, amount]) => (amount < 0 ? [[partner, -amount]] : [])));
  const transfers: Omit<Transfer, 'id'>[] = [];
  for (const creditor of creditors) {
    for (const debtor of debtors) {
      const amountMinor = Math.min(creditor.left, debtor.left);
      if (amountMinor === 0) continue;
      creditor.left -= amountMinor;
      debtor.left -= amountMinor;
      transfers.push({ debtor: debtor.partner, creditor: creditor.partner, amountMinor });
    }
  }
  return transfers;
}
