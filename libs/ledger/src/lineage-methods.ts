/** Which credits pay a debit: the oldest first, the latest first, or all in proportion to what is left of them. */
export type LineageMethod = 'fifo' | 'lifo' | 'proportional';

export interface Part<Item> {
  credit: Item;
  debit: Item;
  /** Above zero. */
  amount: number;
}

interface Rest<Item> {
  item: Item;
  left: number;
}

/**
 * Matches credits and debits of one account, one posting after the other. A debit above all credits waits, and the next
 * credits pay waiting debits, the oldest first, whatever the method: they had no choice either. A reversal takes from the very
 * credit it reverses as much as is left of that, and the rest by the method.
 */
export class Allotment<Item extends { seq: number }> {
  /** What is left of credits, or of waiting debits (below zero); never of both. The oldest first; spent ones in between are skipped. */
  private open: Rest<Item>[] = [];
  /** Where the first one stands that is not spent: taking from the front must not move the others. */
  private first = 0;

  constructor(private readonly method: LineageMethod) {}

  /** Takes the next posting and gives the parts that it brings about. */
  add(item: Item, amount: number, reversesSeq: number | null = null): Part<Item>[] {
    const isDebit = amount < 0;
    const parts: Part<Item>[] = [];
    let left = Math.abs(amount);
    const take = (from: Rest<Item>, size: number): void => {
      if (size === 0) return;
      parts.push(
        isDebit ? { credit: from.item, debit: item, amount: size } : { credit: item, debit: from.item, amount: size },
      );
      from.left -= isDebit ? size : -size;
      left -= size;
    };
    if (this.isOtherSide(isDebit)) {
      const reversed = reversesSeq === null ? undefined : this.open.find((rest) => rest.item.seq === reversesSeq);
      if (reversed) take(reversed, Math.min(left, Math.abs(reversed.left)));
      if (isDebit && this.method === 'proportional') this.inProportion(left, take);
      const fromTheBack = isDebit && this.method === 'lifo';
      while (left > 0) {
        const next = fromTheBack ? this.last() : this.open[this.first];
        if (!next) break;
        take(next, Math.min(left, Math.abs(next.left)));
        this.dropSpent();
      }
      if (this.method === 'proportional') [this.open, this.first] = [this.open.filter((rest) => rest.left !== 0), 0];
      this.dropSpent();
    }
    if (left > 0) this.open.push({ item, left: isDebit ? -left : left });
    return parts;
  }

  /** What is left of credits, or of debits that nothing has paid, the oldest first. */
  rests(): { item: Item; left: number }[] {
    return this.open.slice(this.first).flatMap(({ item, left }) => (left === 0 ? [] : { item, left }));
  }

  /** Whether what is open is what such a posting is matched with. */
  private isOtherSide(isDebit: boolean): boolean {
    const next = this.open[this.first];
    return next !== undefined && next.left > 0 === isDebit;
  }

  private last(): Rest<Item> | undefined {
    return this.open.length > this.first ? this.open.at(-1) : undefined;
  }

  /** Takes spent ones off both ends. */
  private dropSpent(): void {
    while (this.open[this.first]?.left === 0) this.first += 1;
    while (this.last()?.left === 0) this.open.pop();
    if (2 * this.first <= this.open.length) return;
    this.open = this.open.slice(this.first);
    this.first = 0;
  }

  /** Shares rounded down, then one more to the largest remainders, the oldest first (Hamilton's method): exact and the same each time. */
  private inProportion(wanted: number, take: (from: Rest<Item>, size: number) => void): void {
    const credits = this.open.slice(this.first).filter((rest) => rest.left > 0);
    const total = credits.reduce((sum, rest) => sum + BigInt(rest.left), 0n);
    if (total === 0n || BigInt(wanted) >= total) return;
    const shares = credits.map((rest) => {
      const exact = BigInt(wanted) * BigInt(rest.left);
      return { rest, size: Number(exact / total), remainder: exact % total };
    });
    let missing = wanted - shares.reduce((sum, share) => sum + share.size, 0);
    for (const share of shares.toSorted((a, b) =>
      a.remainder < b.remainder ? 1 : a.remainder > b.remainder ? -1 : 0,
    )) {
      if (missing === 0) break;
      share.size += 1;
      missing -= 1;
    }
    for (const { rest, size } of shares) take(rest, size);
  }
}
