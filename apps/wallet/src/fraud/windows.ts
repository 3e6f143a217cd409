/** The spans of time that are counted of every payment, so that a limit on any of them can be tried on decisions of the past. */
export const windows = ['1m', '10m', '1h', '24h', '7d'] as const;
export type Window = (typeof windows)[number];
export type Counts = Record<Window, number>;

export const windowSeconds: Readonly<Counts> = { '1m': 60, '10m': 600, '1h': 3_600, '24h': 86_400, '7d': 604_800 };

/** What lies further back decides nothing. */
export const longestSeconds = windowSeconds['7d'];

/** How many things happened in each window, or how many different ones where a key is given; undefined keys do not count. */
export function countsOf<Row extends { agoSeconds: number }>(
  rows: readonly Row[],
  keyOf?: (row: Row) => string | undefined,
): Counts {
  const within = (window: Window): number => {
    const recent = rows.filter(({ agoSeconds }) => agoSeconds < windowSeconds[window]);
    return keyOf ? new Set(recent.flatMap((row) => keyOf(row) ?? [])).size : recent.length;
  };
  return { '1m': within('1m'), '10m': within('10m'), '1h': within('1h'), '24h': within('24h'), '7d': within('7d') };
}
