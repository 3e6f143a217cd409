import { Reads } from '@florin/database';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { pendingCashbackAccount, walletAccount } from './money-accounts';
import type { WalletDto } from './wallet.dto';

/** A wallet as its owner sees it, and as staff of the merchant see it. */
@Injectable()
export class WalletQueries {
  constructor(
    private readonly reads: Reads,
    private readonly ledger: Ledger,
  ) {}

  /** The balances in every currency; none for somebody whose money never moved here. */
  async balances(merchantId: string, memberId: string): Promise<WalletDto> {
    const rows = await this.reads.query<{ currency: string }>(
      'SELECT currency FROM wallets WHERE member_id = $1 AND merchant_id = $2 ORDER BY currency',
      [memberId, merchantId],
    );
    const currencies = rows.map((row) => row.currency);
    const owned = (currency: string) => ({ merchantId, memberId, currency });
    const codes = currencies.flatMap((currency) => [
      walletAccount(owned(currency)),
      pendingCashbackAccount(owned(currency)),
    ]);
    const balances = new Map((await this.ledger.balances(this.reads, codes)).map((balance) => [balance.code, balance]));
    return {
      member_id: memberId,
      balances: currencies.map((currency) => {
        const wallet = balances.get(walletAccount(owned(currency)));
        return {
          currency,
          posted_minor: wallet?.posted ?? 0,
          held_minor: wallet?.held ?? 0,
          available_minor: wallet?.available ?? 0,
          cashback_pending_minor: balances.get(pendingCashbackAccount(owned(currency)))?.posted ?? 0,
        };
      }),
    };
  }
}
