import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { SettingsRepository } from './settings.repository';
import { defaultSettings, type WalletSettings } from './wallet-settings';

/** What merchants have decided; what holds for all where they have not. */
@Injectable()
export class FindSettings {
  constructor(private readonly settings: SettingsRepository) {}

  async of(tx: Tx, merchantId: string): Promise<WalletSettings> {
    return (await this.ofAll(tx, [merchantId]))(merchantId);
  }

  async ofAll(tx: Tx, merchantIds: readonly string[]): Promise<(merchantId: string) => WalletSettings> {
    const standing = await this.settings.standing(tx, merchantIds);
    return (merchantId) => standing.get(merchantId) ?? defaultSettings;
  }
}
