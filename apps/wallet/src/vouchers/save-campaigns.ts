import type { Caller } from '@florin/access';
import { isCheckViolation, isUniqueViolation, Transactions, type Tx } from '@florin/database';
import { Answered, created, Idempotency, type IdempotentRequest, ok, requireVersion } from '@florin/http';
import { type Clock, newId, present, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { codeHash, newCode, shownCode, typedCode } from '../codes/codes';
import type { CampaignDto, ChangeCampaignDto, CreateCampaignDto, NewCampaignDto } from './voucher.dto';
import { type CampaignTerms, type NewCode, VouchersRepository } from './vouchers.repository';

export const campaignNotFound = (): Refusal =>
  new Refusal('not_found', 'campaign_not_found', 'There is no such voucher campaign.');

/** Makes voucher campaigns, ends them, and moves their limits. What a use is worth never changes. */
@Injectable()
export class SaveCampaigns {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly vouchers: VouchersRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Codes that are made stand in the first answer alone. Refuses a code that is taken with 409, an empty window with 422. */
  async create(
    caller: Caller,
    request: IdempotentRequest,
    input: CreateCampaignDto,
  ): Promise<Answered<NewCampaignDto>> {
    if (input.code !== undefined && input.count !== undefined)
      throw Refusal.field('unprocessable', 'count', 'code_or_count', 'Give one code, or have several made.');
    const { codes, shown } = codesOf(input);
    const made = await this.saving((tx) =>
      this.idempotency.once(tx, request, async () => {
        const now = this.clock.now();
        const campaign = campaignOf(input, codes.length, now);
        await this.vouchers.insert(tx, caller.merchantId, caller.subject, campaign, codes);
        await this.vouchers.insertVersion(tx, campaign.id, 1, termsOf(campaign), caller.subject, now);
        return created<NewCampaignDto>({ ...(await this.saved(tx, caller.merchantId, campaign.id)), codes: [] });
      }),
    );
    return new Answered(made.status, { ...made.body, codes: made.replayed ? [] : shown }, made.replayed);
  }

  /** Changes the version that the caller read. Refuses 404, 412, and limits below what is used with 409 `limit_below_used`. */
  change(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    version: number,
    input: ChangeCampaignDto,
  ): Promise<Answered<CampaignDto>> {
    return this.saving((tx) =>
      this.idempotency.once(tx, request, async () => {
        const before = await this.vouchers.lockView(tx, caller.merchantId, id);
        if (!before) throw campaignNotFound();
        requireVersion(version, before.version);
        const terms: CampaignTerms = {
          active: input.active ?? before.active,
          valid_until: input.valid_until === undefined ? before.valid_until : new Date(input.valid_until),
          max_uses: input.max_uses ?? before.max_uses,
          budget_minor: input.budget_minor ?? before.budget_minor,
        };
        await this.vouchers.update(tx, id, terms);
        await this.vouchers.insertVersion(tx, id, version + 1, terms, caller.subject, this.clock.now());
        return ok(await this.saved(tx, caller.merchantId, id));
      }),
    );
  }

  private async saved(tx: Tx, merchantId: string, id: string): Promise<CampaignDto> {
    return present(await this.vouchers.one(tx, merchantId, id), 'a campaign that was just saved is there');
  }

  private async saving<T>(work: (tx: Tx) => Promise<Answered<T>>): Promise<Answered<T>> {
    try {
      return await this.transactions.run(work);
    } catch (error) {
      if (isUniqueViolation(error, 'voucher_codes_code'))
        throw Refusal.field('conflict', 'code', 'code_taken', 'This code is another voucher’s.');
      if (isCheckViolation(error, 'vouchers_valid_for_a_while'))
        throw Refusal.field('unprocessable', 'valid_until', 'validity_empty', 'A voucher must end after it begins.');
      if (isCheckViolation(error, 'vouchers_never_overused'))
        throw Refusal.field('conflict', 'max_uses', 'limit_below_used', 'More uses than that are taken already.');
      if (isCheckViolation(error, 'vouchers_within_their_budget'))
        throw Refusal.field('conflict', 'budget_minor', 'limit_below_used', 'More than that is spent already.');
      throw error;
    }
  }
}

function codesOf(input: CreateCampaignDto): { codes: NewCode[]; shown: string[] } {
  if (input.code !== undefined) {
    const known = typedCode(input.code);
    return { codes: [{ id: newId(), codeHash: codeHash(known), knownCode: known, maxUses: null }], shown: [] };
  }
  const made = Array.from({ length: input.count ?? 1 }, newCode);
  const codes = made.map((code) => ({ id: newId(), codeHash: codeHash(code), knownCode: null, maxUses: 1 }));
  return { codes, shown: made.map(shownCode) };
}

function campaignOf(
  input: CreateCampaignDto,
  codes: number,
  now: Date,
): Omit<CampaignDto, 'uses' | 'spent_minor' | 'version'> {
  const affordable = Math.max(1, Math.floor(input.budget_minor / input.amount_minor));
  return {
    id: newId(),
    name: input.name,
    currency: input.currency,
    amount_minor: input.amount_minor,
    max_uses: input.max_uses ?? (input.code === undefined ? codes : affordable),
    max_uses_per_member: input.max_uses_per_member ?? 1,
    budget_minor: input.budget_minor,
    valid_from: input.valid_from === undefined ? now : new Date(input.valid_from),
    valid_until: input.valid_until === undefined ? null : new Date(input.valid_until),
    active: true,
    created_at: now,
  };
}

function termsOf(campaign: CampaignTerms): CampaignTerms {
  const { active, valid_until, max_uses, budget_minor } = campaign;
  return { active, valid_until, max_uses, budget_minor };
}
