/** One line of a checkout that wants stock. Quantities are whole units. */
export interface WantedLine {
  lineId: string;
  variantId: string;
  quantity: number;
}

export interface Wanted {
  checkoutId: string;
  lines: WantedLine[];
}

export interface Shortage extends WantedLine {
  available: number;
}

export interface ReserveDecision {
  checkoutId: string;
  /** Empty when the whole checkout could be reserved. */
  shortages: Shortage[];
}

/**
 * Decides a set of checkouts against what is available, in the order they came: all lines of a checkout or none of them.
 * Two lines of one checkout that want the same variant share its stock. Takes from `available` (variant → units) as it goes.
 */
export function decideReservations(checkouts: readonly Wanted[], available: Map<string, number>): ReserveDecision[] {
  return checkouts.map(({ checkoutId, lines }) => {
    const taken = new Map<string, number>();
    const shortages: Shortage[] = [];
    for (const line of lines) {
      const before = taken.get(line.variantId) ?? 0;
      const left = (available.get(line.variantId) ?? 0) - before;
      if (left < line.quantity) shortages.push({ ...line, available: Math.max(left, 0) });
      taken.set(line.variantId, before + line.quantity);
    }
    if (shortages.length === 0) {
      for (const [variantId, quantity] of taken) available.set(variantId, (available.get(variantId) ?? 0) - quantity);
    }
    return { checkoutId, shortages };
  });
}
