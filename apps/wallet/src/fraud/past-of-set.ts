import type { AskedPayment, PastPayment, PastPayments } from './features';
import { type HistoryKey, historyKey, type HistoryKind } from './screening.repository';

type Asked = AskedPayment & { merchantId: string };

/** What went before each payment of a set: what is written already, and those of the set itself that come before it. */
export class PastOfSet {
  /** Whose past must be read, each once. */
  readonly keys: HistoryKey[];
  private past = new Map<string, PastPayment[]>();

  constructor(set: readonly Asked[]) {
    this.keys = [...new Map(set.flatMap(keysOf).map((key) => [historyKey(key), key])).values()];
  }

  /** Takes what was read, newest first. */
  take(past: ReadonlyMap<string, readonly PastPayment[]>): void {
    this.past = new Map([...past].map(([key, rows]) => [key, [...rows]]));
  }

  /** What went before this payment, which from now on goes before the rest of the set. */
  before(asked: Asked): PastPayments {
    const keys = keysOf(asked);
    const of = (wanted: HistoryKind): PastPayment[] => {
      const key = keys.find(({ kind }) => kind === wanted);
      return key ? [...(this.past.get(historyKey(key)) ?? [])] : [];
    };
    const before = {
      ofMember: of('member'),
      ofCard: of('card'),
      ofAddress: of('address'),
      ofMerchant: of('merchant'),
    };
    const now = { ...pastOf(asked) };
    for (const key of keys.map(historyKey)) this.past.set(key, [now, ...(this.past.get(key) ?? [])]);
    return before;
  }
}

function keysOf({ merchantId, memberId, currency, cardKey, addressKey }: Asked): HistoryKey[] {
  const key = (kind: HistoryKind, value: string | undefined): HistoryKey[] =>
    value === undefined ? [] : [{ kind, merchantId, key: value }];
  return [
    ...key('member', memberId),
    ...key('card', cardKey),
    ...key('address', addressKey),
    ...key('merchant', currency),
  ];
}

function pastOf({ amountMinor, currency, memberId, addressKey, cardKey, country }: Asked): PastPayment {
  return { agoSeconds: 0, amountMinor, currency, memberId, addressKey, cardKey, country, declined: false };
}
