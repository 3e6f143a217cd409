import { Refusal } from '@florin/kernel';

export interface Campaign {
  id: string;
  merchantId: string;
  currency: string;
  amountMinor: number;
  maxUses: number;
  maxUsesPerMember: number;
  budgetMinor: number;
  validFrom: Date;
  validUntil: Date | null;
  active: boolean;
  uses: number;
  spentMinor: number;
}

/** How often the code and the member have used it. A campaign that is redeemed by message has no code. */
export interface Uses {
  code: { uses: number; maxUses: number | null } | undefined;
  byMember: number;
}

/** Why the voucher gives nothing now, or nothing. A kind answer: the counters' CHECKs are the guarantee. */
export function voucherNo(campaign: Campaign, { code, byMember }: Uses, now: Date): Refusal | undefined {
  const no = (name: string, detail: string) => Refusal.field('unprocessable', 'code', name, detail);
  if (!campaign.active) return no('voucher_inactive', 'This voucher is not given any more.');
  if (now < campaign.validFrom) return no('voucher_not_yet_valid', 'This voucher is not valid yet.');
  if (campaign.validUntil && now >= campaign.validUntil)
    return no('voucher_expired', 'This voucher is no longer valid.');
  if (code?.maxUses != null && code.uses >= code.maxUses)
    return no('voucher_used_up', 'This voucher has been used up.');
  if (byMember >= campaign.maxUsesPerMember)
    return no('voucher_used_up_by_member', 'You have used this voucher as often as you may.');
  if (campaign.uses >= campaign.maxUses || campaign.spentMinor + campaign.amountMinor > campaign.budgetMinor)
    return no('voucher_used_up', 'This voucher has been used up.');
  return undefined;
}
