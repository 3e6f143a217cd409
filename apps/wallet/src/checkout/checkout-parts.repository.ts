import type { WalletPart } from '@florin/contracts';
import type { Tx } from '@florin/database';
import type { Part, PartSource } from './split-wallet-part';

export interface PartRow {
  checkoutId: string;
  position: number;
  source: PartSource;
  sourceId: string | null;
  holdKey: string;
  heldCurrency: string;
  heldMinor: number;
  paysMinor: number;
  refundedMinor: number;
}

/** What a refund gives back of a part, and how much of that goes elsewhere than it came from. */
export interface PartRefund {
  part: PartRow;
  amountMinor: number;
  elsewhereMinor: number;
}

const columns = `checkout_id AS "checkoutId", position, source, source_id AS "sourceId", hold_key AS "holdKey", held_currency AS "heldCurrency",
  held_minor AS "heldMinor", pays_minor AS "paysMinor", refunded_minor AS "refundedMinor"`;

/** The key of the hold on wallet money, and of the checkout's other journals. */
export const holdKey = (checkoutId: string): string => `checkout:${checkoutId}`;

/** The key of the hold of one part: plain wallet money has that of the checkout. */
export const partKey = (checkoutId: string, { source, sourceId }: Pick<Part, 'source' | 'sourceId'>): string =>
  sourceId === null ? holdKey(checkoutId) : `${holdKey(checkoutId)}:${source}:${sourceId}`;

/** A part as it is said to others. */
export function saidPart({ source, sourceId }: PartRow, amountMinor: number): WalletPart {
  return { source, ...(sourceId === null ? {} : { sourceId }), amountMinor };
}

/** SQL of the parts of checkouts. Every function takes a set and costs one statement. */
export class CheckoutPartsRepository {
  async insert(tx: Tx, partsOf: ReadonlyMap<string, readonly Part[]>): Promise<void> {
    const rows = [...partsOf].flatMap(([checkoutId, parts]) =>
      parts.map((part, index) => ({ ...part, checkoutId, position: index + 1 })),
    );
    if (rows.length === 0) return;
    await tx.execute(
      `INSERT INTO checkout_parts (checkout_id, position, source, source_id, hold_key, held_currency, held_minor, pays_minor)
       SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::bigint[])`,
      [
        rows.map((row) => row.checkoutId),
        rows.map((row) => row.position),
        rows.map((row) => row.source),
        rows.map((row) => row.sourceId),
        rows.map((row) => partKey(row.checkoutId, row)),
        rows.map((row) => row.heldCurrency),
        rows.map((row) => row.heldMinor),
        rows.map((row) => row.paysMinor),
      ],
    );
  }

  /** Parts by checkout, in the order in which they were spent; none of a checkout that is plain wallet money. */
  async of(tx: Tx, checkoutIds: readonly string[]): Promise<Map<string, PartRow[]>> {
    if (checkoutIds.length === 0) return new Map();
    return byCheckout(
      await tx.query<PartRow>(
        `SELECT ${columns} FROM checkout_parts WHERE checkout_id = ANY($1::uuid[]) ORDER BY checkout_id, position`,
        [checkoutIds],
      ),
    );
  }

  async lock(tx: Tx, checkoutIds: readonly string[]): Promise<Map<string, PartRow[]>> {
    return byCheckout(
      await tx.query<PartRow>(
        `SELECT ${columns} FROM checkout_parts WHERE checkout_id = ANY($1::uuid[]) ORDER BY checkout_id, position FOR UPDATE`,
        [checkoutIds],
      ),
    );
  }

  /** Adds to what was given back; a CHECK refuses more than the part paid. */
  async addRefunded(tx: Tx, rows: readonly PartRefund[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.execute(
      `UPDATE checkout_parts AS part SET refunded_minor = part.refunded_minor + new.amount, elsewhere_minor = part.elsewhere_minor + new.elsewhere
       FROM unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::bigint[]) AS new (checkout_id, position, amount, elsewhere)
       WHERE part.checkout_id = new.checkout_id AND part.position = new.position`,
      [
        rows.map(({ part }) => part.checkoutId),
        rows.map(({ part }) => part.position),
        rows.map(({ amountMinor }) => amountMinor),
        rows.map(({ elsewhereMinor }) => elsewhereMinor),
      ],
    );
  }

  /** Notes on refunds what went back in another currency. */
  async exchanged(tx: Tx, refunds: readonly { id: string; exchangedMinor: number }[]): Promise<void> {
    const some = refunds.filter(({ exchangedMinor }) => exchangedMinor > 0);
    if (some.length === 0) return;
    await tx.execute(
      `UPDATE payment_refunds AS refund SET exchanged_minor = new.exchanged
       FROM unnest($1::uuid[], $2::bigint[]) AS new (id, exchanged) WHERE refund.id = new.id`,
      [some.map(({ id }) => id), some.map(({ exchangedMinor }) => exchangedMinor)],
    );
  }
}

function byCheckout(rows: readonly PartRow[]): Map<string, PartRow[]> {
  const found = new Map<string, PartRow[]>();
  for (const row of rows) found.set(row.checkoutId, [...(found.get(row.checkoutId) ?? []), row]);
  return found;
}
