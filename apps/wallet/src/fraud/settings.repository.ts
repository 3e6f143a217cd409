import type { Tx } from '@florin/database';
import type { FraudSettings } from './fraud-settings';
import type { FraudModelDto } from './fraud-model.dto';
import type { FraudSettingsDto } from './fraud-settings.dto';
import type { LogisticModel } from './logistic-regression';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface StoredModel {
  version: number;
  model: LogisticModel;
}

export interface NewModel {
  version: number;
  vectorVersion: number;
  model: LogisticModel;
  examples: number;
  frauds: number;
  heldOut: number;
  auc: number | null;
  digest: string;
  active: boolean;
  reason: string;
}

type ModelRow = Omit<FraudModelDto, 'weights'> & { model: LogisticModel };

/** SQL of settings and models, a row per version. */
export class SettingsRepository {
  /** The newest, or the one of a version. */
  async one(source: Queries, merchantId: string, version?: number): Promise<FraudSettingsDto | undefined> {
    const [row] = await source.query<FraudSettingsDto>(
      `SELECT version, settings, created_by, created_at FROM fraud_settings
       WHERE merchant_id = $1 AND ($2::integer IS NULL OR version = $2::integer) ORDER BY version DESC LIMIT 1`,
      [merchantId, version ?? null],
    );
    return row;
  }

  history(source: Queries, merchantId: string, before: number | undefined, limit: number): Promise<FraudSettingsDto[]> {
    return source.query<FraudSettingsDto>(
      `SELECT version, settings, created_by, created_at FROM fraud_settings
       WHERE merchant_id = $1 AND ($2::integer IS NULL OR version < $2::integer) ORDER BY version DESC LIMIT $3`,
      [merchantId, before ?? null, limit],
    );
  }

  /** Gives false when somebody else said this version first. */
  async insert(tx: Tx, merchantId: string, version: number, settings: FraudSettings, by: string): Promise<boolean> {
    const inserted = await tx.execute(
      'INSERT INTO fraud_settings (merchant_id, version, settings, created_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [merchantId, version, JSON.stringify(settings), by],
    );
    return inserted > 0;
  }

  async activeModel(source: Queries, merchantId: string, vectorVersion: number): Promise<StoredModel | undefined> {
    const [row] = await source.query<StoredModel>(
      'SELECT version, model FROM fraud_models WHERE merchant_id = $1 AND active AND vector_version = $2',
      [merchantId, vectorVersion],
    );
    return row;
  }

  async models(source: Queries, merchantId: string, versions: readonly number[]): Promise<Map<number, StoredModel>> {
    const rows = await source.query<StoredModel>(
      'SELECT version, model FROM fraud_models WHERE merchant_id = $1 AND version = ANY($2::integer[])',
      [merchantId, versions],
    );
    return new Map(rows.map((row) => [row.version, row]));
  }

  modelHistory(source: Queries, merchantId: string, before: number | undefined, limit: number): Promise<ModelRow[]> {
    return source.query<ModelRow>(
      `SELECT version, model, examples, frauds, held_out, auc, digest, active, reason, trained_at FROM fraud_models
       WHERE merchant_id = $1 AND ($2::integer IS NULL OR version < $2::integer) ORDER BY version DESC LIMIT $3`,
      [merchantId, before ?? null, limit],
    );
  }

  /** The newest model of a merchant, in use or not. */
  async newestModel(source: Queries, merchantId: string): Promise<{ version: number; digest: string } | undefined> {
    const [row] = await source.query<{ version: number; digest: string }>(
      'SELECT version, digest FROM fraud_models WHERE merchant_id = $1 ORDER BY version DESC LIMIT 1',
      [merchantId],
    );
    return row;
  }

  /** The one before goes out of use whether or not this one comes into it: it was measured against what is known now. */
  async insertModel(tx: Tx, merchantId: string, model: NewModel): Promise<void> {
    await tx.execute('UPDATE fraud_models SET active = false WHERE merchant_id = $1 AND active', [merchantId]);
    await tx.execute(
      `INSERT INTO fraud_models (merchant_id, version, vector_version, model, examples, frauds, held_out, auc, digest, active, reason)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        merchantId,
        model.version,
        model.vectorVersion,
        JSON.stringify(model.model),
        model.examples,
        model.frauds,
        model.heldOut,
        model.auc,
        model.digest,
        model.active,
        model.reason,
      ],
    );
  }
}
