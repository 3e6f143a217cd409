import type { Tx } from '@florin/database';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import {
  breakageIncomeAccount,
  contractLiabilityAccount,
  pointsRevenueAccount,
  salesAccount,
} from '../accounts/money-accounts';

export interface Setting {
  programId: string;
  merchantId: string;
  currency: string;
  version: number;
  /** What one point pays for, in millionths of a minor unit. */
  pointValueMicros: number;
  /** What part of them is expected to be redeemed in the end, in basis points, before anything is known. */
  redemptionBps: number;
  /** As many points of evidence as that counts for. */
  priorWeightPoints: number;
  /** How far it may be off while there is too little to measure it, of what is outstanding, in basis points. */
  spreadBps: number;
}

export interface ProgramSeen {
  programId: string;
  merchantId: string;
  currency: string;
}

/**
 * What a program starts with until somebody who knows better says otherwise: a point is worth one minor unit, nine in ten are
 * redeemed in the end, and that counts as much as ten thousand points of evidence.
 */
export const firstSetting = {
  point_value_micros: 1_000_000,
  redemption_bps: 9_000,
  prior_weight_points: 10_000,
  spread_bps: 1_000,
};

const columns = `program.program_id AS "programId", program.merchant_id AS "merchantId", program.currency, setting.version,
  setting.point_value_micros AS "pointValueMicros", setting.redemption_bps AS "redemptionBps",
  setting.prior_weight_points AS "priorWeightPoints", setting.spread_bps AS "spreadBps"`;

/** What the books take for granted about each program: the value of its points and how many of them come back. */
@Injectable()
export class ProgramSettings {
  constructor(private readonly ledger: Ledger) {}

  /** The settings in force by program. A program that is seen for the first time gets the first setting and its accounts. */
  async ofSeen(tx: Tx, seen: readonly ProgramSeen[]): Promise<Map<string, Setting>> {
    const wanted = [...new Map(seen.map((each) => [each.programId, each])).values()];
    const ids = wanted.map(({ programId }) => programId);
    const known = await this.inForce(tx, ids);
    const fresh = wanted.filter(({ programId }) => !known.has(programId));
    if (fresh.length === 0) return known;
    await this.begin(tx, fresh);
    return this.inForce(tx, ids);
  }

  async inForce(tx: Pick<Tx, 'query'>, programIds: readonly string[]): Promise<Map<string, Setting>> {
    const rows = await tx.query<Setting>(
      `SELECT ${columns} FROM liability_programs program
       JOIN liability_settings setting ON setting.program_id = program.program_id AND setting.version = program.version
       WHERE program.program_id = ANY ($1::uuid[])`,
      [programIds],
    );
    return new Map(rows.map((row) => [row.programId, row]));
  }

  /** Those versions that a computation of the past names. */
  async atVersions(
    tx: Pick<Tx, 'query'>,
    versions: readonly { programId: string; version: number }[],
  ): Promise<Map<string, Setting>> {
    const rows = await tx.query<Setting>(
      `SELECT ${columns} FROM liability_programs program JOIN liability_settings setting USING (program_id)
       WHERE (program.program_id, setting.version) IN (SELECT * FROM unnest($1::uuid[], $2::integer[]))`,
      [versions.map(({ programId }) => programId), versions.map(({ version }) => version)],
    );
    return new Map(rows.map((row) => [row.programId, row]));
  }

  private async begin(tx: Tx, programs: readonly ProgramSeen[]): Promise<void> {
    const sorted = [...programs].sort((a, b) => (a.programId < b.programId ? -1 : 1));
    await tx.execute(
      `INSERT INTO liability_programs (program_id, merchant_id, currency, version)
       SELECT *, 1 FROM unnest($1::uuid[], $2::uuid[], $3::text[]) ON CONFLICT DO NOTHING`,
      [
        sorted.map(({ programId }) => programId),
        sorted.map(({ merchantId }) => merchantId),
        sorted.map(({ currency }) => currency),
      ],
    );
    const { point_value_micros, redemption_bps, prior_weight_points, spread_bps } = firstSetting;
    await tx.execute(
      `INSERT INTO liability_settings (program_id, version, point_value_micros, redemption_bps, prior_weight_points, spread_bps, changed_by)
       SELECT program_id, 1, $2, $3, $4, $5, 'system' FROM unnest($1::uuid[]) AS given (program_id) ON CONFLICT DO NOTHING`,
      [sorted.map(({ programId }) => programId), point_value_micros, redemption_bps, prior_weight_points, spread_bps],
    );
    await this.openAccounts(tx, sorted);
  }

  private async openAccounts(tx: Tx, programs: readonly ProgramSeen[]): Promise<void> {
    const closed = programs.flatMap(({ merchantId, programId, currency }) =>
      [
        contractLiabilityAccount(merchantId, programId, currency),
        pointsRevenueAccount(merchantId, currency),
        breakageIncomeAccount(merchantId, currency),
      ].map((code) => ({ merchantId, account: { code, asset: currency, allowNegative: true } })),
    );
    const opened = await this.ledger.open(
      tx,
      closed.map(({ account }) => account),
    );
    await this.ledger.open(
      tx,
      programs.map(({ merchantId, currency }) => ({
        code: salesAccount(merchantId, currency),
        asset: currency,
        allowNegative: true,
      })),
    );
    await tx.execute(
      `INSERT INTO close_accounts (account_id, merchant_id) SELECT * FROM unnest($1::uuid[], $2::uuid[]) ON CONFLICT DO NOTHING`,
      [opened.map(({ id }) => id), closed.map(({ merchantId }) => merchantId)],
    );
  }
}
