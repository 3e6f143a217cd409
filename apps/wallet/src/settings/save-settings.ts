import type { Caller } from '@florin/access';
import { Reads, Transactions } from '@florin/database';
import {
  type Answered,
  decodeCursor,
  Idempotency,
  type IdempotentRequest,
  ok,
  page,
  type Page,
  type PageQuery,
  requireVersion,
} from '@florin/http';
import { Injectable } from '@nestjs/common';
import type { SaveSettingsDto, WalletSettingsDto } from './settings.dto';
import { SettingsRepository } from './settings.repository';
import { defaultSettings } from './wallet-settings';

/** Says the next version of a merchant's settings; older ones stay readable. Refuses with 412 when it changed meanwhile. */
@Injectable()
export class SaveSettings {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly settings: SettingsRepository,
    private readonly reads: Reads,
  ) {}

  execute(
    { merchantId, subject }: Caller,
    request: IdempotentRequest,
    version: number,
    input: SaveSettingsDto,
  ): Promise<Answered<WalletSettingsDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const [before] = await this.settings.versions(tx, merchantId, undefined, 1);
        requireVersion(version, before?.version ?? 0);
        if (!(await this.settings.insert(tx, merchantId, version + 1, input, subject)))
          requireVersion(version, version + 1);
        const [saved] = await this.settings.versions(tx, merchantId, undefined, 1);
        return ok(saved ?? unsaid);
      }),
    );
  }

  async current(merchantId: string): Promise<WalletSettingsDto> {
    const [standing] = await this.settings.versions(this.reads, merchantId, undefined, 1);
    return standing ?? unsaid;
  }

  async history(merchantId: string, query: PageQuery): Promise<Page<WalletSettingsDto>> {
    const after = decodeCursor(query.cursor, { version: 'number' });
    const rows = await this.settings.versions(this.reads, merchantId, after?.version, query.limit + 1);
    return page(rows, query.limit, ({ version }) => ({ version }));
  }
}

const unsaid: WalletSettingsDto = {
  version: 0,
  settings: defaultSettings,
  reason: null,
  changed_by: null,
  changed_at: null,
};
