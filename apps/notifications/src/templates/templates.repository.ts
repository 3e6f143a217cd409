import type { Template } from './default-templates';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface StoredTemplate extends Template {
  merchantId: string;
  key: string;
  version: number;
}

/** SQL of the merchants' own templates. */
export class TemplatesRepository {
  of(source: Queries, merchantIds: readonly string[]): Promise<StoredTemplate[]> {
    return source.query<StoredTemplate>(
      `SELECT merchant_id AS "merchantId", key, version, subject, body_text AS text, body_html AS html
       FROM notification_templates WHERE merchant_id = ANY($1::uuid[]) ORDER BY key`,
      [merchantIds],
    );
  }
}
