import type { Tx } from '@florin/database';
import type { FraudOutcome } from './decide-payment';
import type { Features, PastPayment } from './features';
import type { FraudSettings } from './fraud-settings';
import type { LogisticModel } from './logistic-regression';
import type { RuleResult } from './rule-result';

/** Rows looked back at, at the most, of each member, card, address and merchant: the cost of a decision is bounded, whoever asks. */
const mostRows = { member: 40, card: 40, address: 60, merchant: 60 };

export type HistoryKind = keyof typeof mostRows;

/** Whose past is wanted: `keys` are member ids, card keys, address keys or currencies of the merchant beside them. */
export interface HistoryKey {
  kind: HistoryKind;
  merchantId: string;
  key: string;
}

interface JudgeRow {
  settingsVersion: number | null;
  settings: FraudSettings | null;
  modelVersion: number | null;
  model: LogisticModel | null;
}

export interface SettingsAndModel {
  settingsVersion: number;
  settings: FraudSettings;
  model: { version: number; model: LogisticModel } | null;
}

interface Row {
  kind: HistoryKind | 'judges';
  merchantId: string;
  key: string;
  rows: unknown;
}

/** One decision as it is written. */
export interface NewDecision {
  id: string;
  reviewId: string | null;
  paymentId: string;
  merchantId: string;
  memberId: string;
  purpose: string;
  orderId: string | null;
  currency: string;
  amountMinor: number;
  addressKey: string | null;
  deviceKey: string | null;
  country: string | null;
  cardKey: string | null;
  features: Features;
  rulesVersion: number;
  settingsVersion: number;
  modelVersion: number | null;
  results: RuleResult[];
  reasons: string[];
  score: number;
  reviewFrom: number;
  denyFrom: number;
  outcome: FraudOutcome;
  latencyUs: number;
  decidedAt: Date;
  reviewUntil: Date | null;
  onExpiry: 'deny' | 'approve' | null;
}

export const historyKey = ({ kind, merchantId, key }: HistoryKey): string => `${kind}:${merchantId}:${key}`;

const columnOf: Record<HistoryKind, string> = {
  member: 'member_id',
  card: 'card_key',
  address: 'address_key',
  merchant: 'currency',
};
const typeOf: Record<HistoryKind, string> = { member: 'uuid', card: 'text', address: 'text', merchant: 'char(3)' };

/** Each kind through its own index, newest first, so many rows and no more. */
const pastOf = (kind: HistoryKind): string => `
  SELECT '${kind}' AS kind, asked.merchant_id AS "merchantId", asked.key, (SELECT json_agg(json_build_object(
      'agoSeconds', greatest(0, extract(epoch FROM $4::timestamptz - past.requested_at))::integer, 'amountMinor', past.amount_minor,
      'currency', past.currency, 'memberId', past.member_id, 'addressKey', past.address_key, 'cardKey', past.card_key,
      'country', past.country, 'declined', past.declined) ORDER BY past.requested_at DESC)
    FROM (SELECT * FROM fraud_requests request
          WHERE request.merchant_id = asked.merchant_id AND request.${columnOf[kind]} = asked.key::${typeOf[kind]}
            AND request.requested_at > $4::timestamptz - interval '7 days'
          ORDER BY request.requested_at DESC LIMIT ${mostRows[kind]}) past) AS rows
  FROM unnest($1::text[], $2::uuid[], $3::text[]) AS asked (kind, merchant_id, key) WHERE asked.kind = '${kind}'`;

const readSql = `
  ${(['member', 'card', 'address', 'merchant'] as const).map(pastOf).join(' UNION ALL ')}
  UNION ALL
  SELECT 'judges', asked.merchant_id, '', (SELECT json_build_object('settingsVersion', setting.version, 'settings', setting.settings,
      'modelVersion', model.version, 'model', model.model)
    FROM (SELECT 1) one
    LEFT JOIN LATERAL (SELECT version, settings FROM fraud_settings WHERE merchant_id = asked.merchant_id ORDER BY version DESC LIMIT 1) setting ON true
    LEFT JOIN fraud_models model ON model.merchant_id = asked.merchant_id AND model.active AND model.vector_version = $6)
  FROM unnest($5::uuid[]) AS asked (merchant_id)`;

const writeSql = `
  WITH decided AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS decision ("id" uuid, "reviewId" uuid, "paymentId" uuid, "merchantId" uuid, "memberId" uuid,
      "purpose" text, "orderId" uuid, "currency" text, "amountMinor" bigint, "addressKey" text, "deviceKey" text, "country" text, "cardKey" text,
      "features" jsonb, "rulesVersion" integer, "settingsVersion" integer, "modelVersion" integer, "results" jsonb, "reasons" text[],
      "score" integer, "reviewFrom" integer, "denyFrom" integer, "outcome" text, "latencyUs" integer, "decidedAt" timestamptz, "reviewUntil" timestamptz, "onExpiry" text)),
  requested AS (
    INSERT INTO fraud_requests (payment_id, decision_id, merchant_id, member_id, currency, amount_minor, address_key, device_key, country, card_key,
      standing, requested_at)
    SELECT "paymentId", "id", "merchantId", "memberId", "currency", "amountMinor", "addressKey", "deviceKey", "country", "cardKey",
      CASE "outcome" WHEN 'allow' THEN 'allowed' WHEN 'review' THEN 'reviewing' ELSE 'denied' END, "decidedAt" FROM decided),
  reviewing AS (
    INSERT INTO fraud_reviews (id, payment_id, merchant_id, state, on_expiry, opened_at, expires_at)
    SELECT "reviewId", "paymentId", "merchantId", 'open', "onExpiry", "decidedAt", "reviewUntil" FROM decided WHERE "reviewId" IS NOT NULL)
  INSERT INTO fraud_detection_logs (id, decided_at, payment_id, merchant_id, member_id, purpose, order_id, currency, amount_minor, features,
    rules_version, settings_version, model_version, results, reasons, score, review_from, deny_from, outcome,
    latency_us)
  SELECT "id", "decidedAt", "paymentId", "merchantId", "memberId", "purpose", "orderId", "currency", "amountMinor", "features",
    "rulesVersion", "settingsVersion", "modelVersion", "results", "reasons", "score", "reviewFrom", "denyFrom", "outcome", "latencyUs" FROM decided`;

/** SQL of the fraud check in the payment flow: one statement to read and one to write, whatever the size of the set. */
export class ScreeningRepository {
  /** The past of each key, and what each merchant has set; a merchant without settings is not in the second. */
  async read(
    tx: Tx,
    keys: readonly HistoryKey[],
    merchantIds: readonly string[],
    now: Date,
    vectorVersion: number,
  ): Promise<{ past: Map<string, PastPayment[]>; judges: Map<string, JudgeRow> }> {
    const rows = await tx.query<Row>(readSql, [
      keys.map(({ kind }) => kind),
      keys.map(({ merchantId }) => merchantId),
      keys.map(({ key }) => key),
      now,
      merchantIds,
      vectorVersion,
    ]);
    const past = new Map<string, PastPayment[]>();
    const judges = new Map<string, JudgeRow>();
    for (const { kind, merchantId, key, rows: found } of rows) {
      if (kind === 'judges') judges.set(merchantId, found as JudgeRow);
      else past.set(historyKey({ kind, merchantId, key }), withoutNulls(found as PastPayment[] | null));
    }
    return { past, judges };
  }

  async write(tx: Tx, decisions: readonly NewDecision[]): Promise<void> {
    await tx.execute(writeSql, [JSON.stringify(decisions)]);
  }

  async noteDeclines(tx: Tx, paymentIds: readonly string[]): Promise<void> {
    await tx.execute('UPDATE fraud_requests SET declined = true WHERE payment_id = ANY($1::uuid[])', [paymentIds]);
  }

  /** Closes open reviews of payments that nobody wants any more. */
  async withdraw(tx: Tx, paymentIds: readonly string[], now: Date): Promise<void> {
    await tx.execute(
      `WITH withdrawn AS (
         UPDATE fraud_reviews SET state = 'withdrawn', decided_at = $2 WHERE payment_id = ANY($1::uuid[]) AND state = 'open' RETURNING payment_id)
       UPDATE fraud_requests SET standing = 'denied' WHERE payment_id IN (SELECT payment_id FROM withdrawn)`,
      [paymentIds, now],
    );
  }
}

/** JSON says null where a value lacks; the rules say undefined. */
function withoutNulls(rows: readonly PastPayment[] | null): PastPayment[] {
  return (rows ?? []).map((row) => ({
    ...row,
    addressKey: row.addressKey ?? undefined,
    cardKey: row.cardKey ?? undefined,
    country: row.country ?? undefined,
  }));
}
