import type { Caller } from '@florin/access';
import { Reads, Transactions } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok, requireVersion } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { LiabilitySettingDto, LiabilitySettingInputDto } from './setting.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

const view = `SELECT program_id, currency, version, point_value_micros, redemption_bps, prior_weight_points, spread_bps
  FROM liability_programs JOIN liability_settings USING (program_id, version) WHERE program_id = $1 AND merchant_id = $2`;

/** What the books take for granted about a program of the merchant in force; every version stays. */
@Injectable()
export class ChangeSetting {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly reads: Reads,
  ) {}

  async read({ merchantId }: Caller, programId: string): Promise<LiabilitySettingDto> {
    return found(await this.inForce(this.reads, merchantId, programId));
  }

  /** Publishes the next version. Refuses one that is no longer the last (412). */
  execute(
    { merchantId, subject }: Caller,
    request: IdempotentRequest,
    programId: string,
    version: number,
    input: LiabilitySettingInputDto,
  ): Promise<Answered<LiabilitySettingDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        await tx.query('SELECT 1 FROM liability_programs WHERE program_id = $1 FOR UPDATE', [programId]);
        requireVersion(version, found(await this.inForce(tx, merchantId, programId)).version);
        await tx.execute(
          `INSERT INTO liability_settings (program_id, version, point_value_micros, redemption_bps, prior_weight_points, spread_bps, changed_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7)`,
          [
            programId,
            version + 1,
            input.point_value_micros,
            input.redemption_bps,
            input.prior_weight_points,
            input.spread_bps,
            subject,
          ],
        );
        await tx.execute('UPDATE liability_programs SET version = $2 WHERE program_id = $1', [programId, version + 1]);
        return ok(found(await this.inForce(tx, merchantId, programId)));
      }),
    );
  }

  private async inForce(source: Queries, merchantId: string, programId: string) {
    const [row] = await source.query<LiabilitySettingDto>(view, [programId, merchantId]);
    return row;
  }
}

function found(setting: LiabilitySettingDto | undefined): LiabilitySettingDto {
  if (!setting)
    throw new Refusal('not_found', 'program_not_found', 'No points of such a program have been given here yet.');
  return setting;
}
