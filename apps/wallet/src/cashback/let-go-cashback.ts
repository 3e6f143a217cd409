import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { Limits } from '../limits/limits';
import { FindSettings } from '../settings/find-settings';
import type { CashbackRow } from './cashback.repository';

/** Which cashback goes on without anybody's word. */
@Injectable()
export class LetGoCashback {
  constructor(
    private readonly settings: FindSettings,
    private readonly limits: Limits,
  ) {}

  /** Confirmed cashback of merchants who do not want to see it first. */
  async byItself(tx: Tx, rows: readonly CashbackRow[]): Promise<CashbackRow[]> {
    const settingsOf = await this.settings.ofAll(
      tx,
      rows.map(({ merchantId }) => merchantId),
    );
    return rows.filter(({ merchantId }) => settingsOf(merchantId).cashback.approval === 'automatic');
  }

  /** Payable cashback whose wallet is not frozen altogether; the rest waits until it is thawed. */
  async intoWallets(tx: Tx, rows: readonly CashbackRow[]): Promise<CashbackRow[]> {
    const open = await this.limits.mayReceive(tx, rows);
    return rows.filter((_, index) => open[index]);
  }
}
