import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';

export interface ImportRow {
  external_number: string;
  order_id: string;
  input_hash: string;
}

@Injectable()
export class ImportsRepository {
  /** Claims external numbers; gives those that were free. The primary key decides between two imports of one number. */
  async claim(tx: Tx, merchantId: string, rows: readonly ImportRow[], now: Date): Promise<Set<string>> {
    const claimed = await tx.query<{ external_number: string }>(
      `INSERT INTO order_imports (merchant_id, external_number, order_id, input_hash, imported_at)
       SELECT $1, external_number, order_id, input_hash, $5 FROM unnest($2::text[], $3::uuid[], $4::text[]) AS one (external_number, order_id, input_hash)
       ORDER BY external_number ON CONFLICT DO NOTHING RETURNING external_number`,
      [
        merchantId,
        rows.map((row) => row.external_number),
        rows.map((row) => row.order_id),
        rows.map((row) => row.input_hash),
        now,
      ],
    );
    return new Set(claimed.map((row) => row.external_number));
  }

  find(tx: Tx, merchantId: string, externalNumbers: readonly string[]): Promise<ImportRow[]> {
    return tx.query<ImportRow>(
      'SELECT external_number, order_id, input_hash FROM order_imports WHERE merchant_id = $1 AND external_number = ANY($2)',
      [merchantId, externalNumbers],
    );
  }
}
