import { voucherRedeemed } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { assert, type Clock, Refusal } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { voucherCostAccount, walletAccount } from '../accounts/money-accounts';
import { OpenWallets } from '../accounts/open-wallets';
import { Limits } from '../limits/limits';
import { vouchersByOutcome } from './voucher-metrics';
import { type Campaign, voucherNo } from './voucher-rules';
import { type Redemption, VouchersRepository } from './vouchers.repository';

export interface WantedRedemption {
  /** The same id is redeemed once. */
  id: string;
  campaignId: string;
  codeId: string | null;
  merchantId: string;
  memberId: string;
}

/** Puts the money of a voucher into a member's wallet; the merchant bears it. Of two who want the last use one gets it. */
@Injectable()
export class RedeemVouchers {
  constructor(
    private readonly vouchers: VouchersRepository,
    private readonly openWallets: OpenWallets,
    private readonly limits: Limits,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Gives the redemption, also one that was made before, or why there is none; a no has changed nothing. */
  async within(tx: Tx, wanted: WantedRedemption): Promise<Redemption | Refusal> {
    const campaign = await this.vouchers.lockCampaign(tx, wanted.merchantId, wanted.campaignId);
    if (!campaign) return new Refusal('not_found', 'campaign_not_found', 'There is no such voucher campaign.');
    const before = await this.vouchers.find(tx, wanted.id);
    if (before) return before;
    const no = await this.noFor(tx, campaign, wanted);
    if (no) {
      vouchersByOutcome.inc({ outcome: 'refused' });
      return no;
    }
    const { currency, amountMinor } = campaign;
    const redemption: Redemption = { ...wanted, currency, amountMinor, redeemedAt: this.clock.now() };
    await this.vouchers.redeem(tx, redemption, campaign.maxUsesPerMember);
    await this.book(tx, redemption);
    vouchersByOutcome.inc({ outcome: 'redeemed' });
    return redemption;
  }

  private async noFor(tx: Tx, campaign: Campaign, wanted: WantedRedemption): Promise<Refusal | undefined> {
    const [code, byMember] = await Promise.all([
      wanted.codeId === null ? undefined : this.vouchers.usesOfCode(tx, wanted.codeId),
      this.vouchers.usesOfMember(tx, campaign.id, wanted.memberId),
    ]);
    const no = voucherNo(campaign, { code, byMember }, this.clock.now());
    if (no) return no;
    const owner = { merchantId: campaign.merchantId, memberId: wanted.memberId, currency: campaign.currency };
    await this.openWallets.within(tx, [owner]);
    const [taken] = await this.limits.take(tx, [
      { ...owner, key: `voucher:${wanted.id}`, operation: 'topup', amountMinor: campaign.amountMinor },
    ]);
    return taken?.ok === false ? new Refusal('unprocessable', taken.code, taken.reason) : undefined;
  }

  private async book(tx: Tx, redemption: Redemption): Promise<void> {
    const { id, campaignId, merchantId, memberId, currency, amountMinor } = redemption;
    const cost = voucherCostAccount(merchantId, currency);
    await this.ledger.open(tx, [{ code: cost, asset: currency, allowNegative: true }]);
    const [posted] = await this.ledger.post(tx, [
      {
        key: `voucher:${id}`,
        kind: 'voucher_topup',
        reference: `voucher:${id}`,
        postings: [
          { account: cost, amountMinor: -amountMinor },
          { account: walletAccount(redemption), amountMinor },
        ],
      },
    ]);
    assert(posted?.ok, `a voucher is always postable: ${posted?.ok === false ? posted.detail : ''}`);
    const said = { redemptionId: id, campaignId, merchantId, memberId, amountMinor, currency };
    await this.outbox.add(tx, voucherRedeemed, id, said);
  }
}
