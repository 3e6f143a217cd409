import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { Injectable } from '@nestjs/common';
import { defaultSettings, defaultVersion } from './fraud-settings';
import type { FraudModelDto } from './fraud-model.dto';
import type { FraudSettingsDto } from './fraud-settings.dto';
import { vectorNames } from './model-vector';
import { SettingsRepository } from './settings.repository';

/** What a merchant has set of the fraud check, and the models that were trained for it. */
@Injectable()
export class FraudSettingsQueries {
  constructor(
    private readonly reads: Reads,
    private readonly settings: SettingsRepository,
  ) {}

  async current(merchantId: string): Promise<FraudSettingsDto> {
    return (
      (await this.settings.one(this.reads, merchantId)) ?? {
        version: defaultVersion,
        settings: defaultSettings,
        created_by: 'default',
        created_at: new Date(0),
      }
    );
  }

  async history(merchantId: string, query: PageQuery): Promise<Page<FraudSettingsDto>> {
    const after = decodeCursor(query.cursor, { version: 'number' });
    const rows = await this.settings.history(this.reads, merchantId, after?.version, query.limit + 1);
    return page(rows, query.limit, ({ version }) => ({ version }));
  }

  async models(merchantId: string, query: PageQuery): Promise<Page<FraudModelDto>> {
    const after = decodeCursor(query.cursor, { version: 'number' });
    const rows = await this.settings.modelHistory(this.reads, merchantId, after?.version, query.limit + 1);
    const shown = rows.map(({ model, ...row }): FraudModelDto => ({
      ...row,
      weights: Object.fromEntries(vectorNames.map((name, index) => [name, model.weights[index] ?? 0])),
    }));
    return page(shown, query.limit, ({ version }) => ({ version }));
  }
}
