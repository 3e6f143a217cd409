import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { Injectable } from '@nestjs/common';
import { campaignNotFound } from './save-campaigns';
import type { CampaignDto, RedemptionDto } from './voucher.dto';
import { VouchersRepository } from './vouchers.repository';

/** Voucher campaigns of a merchant and who used them. */
@Injectable()
export class VoucherQueries {
  constructor(
    private readonly reads: Reads,
    private readonly vouchers: VouchersRepository,
  ) {}

  async one(merchantId: string, id: string): Promise<CampaignDto> {
    const campaign = await this.vouchers.one(this.reads, merchantId, id);
    if (!campaign) throw campaignNotFound();
    return campaign;
  }

  async list(merchantId: string, query: PageQuery): Promise<Page<CampaignDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.vouchers.list(this.reads, merchantId, after?.id, query.limit + 1);
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  async redemptions(merchantId: string, id: string, query: PageQuery): Promise<Page<RedemptionDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    await this.one(merchantId, id);
    const rows = await this.vouchers.redemptions(this.reads, id, after?.id, query.limit + 1);
    return page(rows, query.limit, (row) => ({ id: row.id }));
  }
}
