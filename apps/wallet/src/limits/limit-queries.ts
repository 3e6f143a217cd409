import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import type { Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { effectiveRules, periodsOf } from './limit-rules';
import { LimitSettingsRepository } from './limit-settings.repository';
import type { FreezeDto, LimitsDto, LimitsHistoryQuery, MemberLimitsDto } from './limits.dto';
import { everybody } from './limits.repository';
import { walletNotFound } from './save-limits';

/** Limits and freezes as staff see them, and what of the limits a member has used. */
@Injectable()
export class LimitQueries {
  constructor(
    private readonly reads: Reads,
    private readonly settings: LimitSettingsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async ofEverybody(merchantId: string, currency: string): Promise<LimitsDto> {
    return (await this.settings.current(this.reads, merchantId, currency, everybody)) ?? none(currency, null);
  }

  async history(merchantId: string, query: LimitsHistoryQuery): Promise<Page<LimitsDto>> {
    const after = decodeCursor(query.cursor, { version: 'number' });
    const rows = await this.settings.versions(
      this.reads,
      merchantId,
      query.currency,
      everybody,
      after?.version,
      query.limit + 1,
    );
    return page(rows, query.limit, ({ version }) => ({ version }));
  }

  /** What holds for a member. Refuses with 404 who has no wallet here, unless they ask themselves. */
  async ofMember(merchantId: string, memberId: string, currency: string, isOwn = false): Promise<MemberLimitsDto> {
    if (!isOwn) await this.requireWallet(merchantId, memberId);
    const [general, own] = await Promise.all([
      this.settings.current(this.reads, merchantId, currency, everybody),
      this.settings.current(this.reads, merchantId, currency, memberId),
    ]);
    const effective = effectiveRules(general?.rules ?? null, own?.rules ?? null);
    const { day, month } = periodsOf(this.clock.now(), effective.time_zone);
    const used = await this.settings.used(this.reads, merchantId, memberId, currency, [day, month]);
    return { ...(own ?? none(currency, memberId)), effective, used };
  }

  async freezes(merchantId: string, memberId: string, query: PageQuery): Promise<Page<FreezeDto>> {
    await this.requireWallet(merchantId, memberId);
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.settings.freezes(this.reads, merchantId, memberId, after?.id, query.limit + 1);
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  private async requireWallet(merchantId: string, memberId: string): Promise<void> {
    if (!(await this.settings.hasWallet(this.reads, merchantId, memberId))) throw walletNotFound();
  }
}

function none(currency: string, memberId: string | null): LimitsDto {
  return { currency, member_id: memberId, version: 0, rules: {}, reason: null, changed_by: null, changed_at: null };
}
