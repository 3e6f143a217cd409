import type { PaymentReserve } from '@florin/contracts';
import type { Tx } from '@florin/database';
import type { Clock } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { giftCardAccount, storeCreditAccount, walletAccount } from '../accounts/money-accounts';
import { LockGiftCards } from '../gift-cards/lock-gift-cards';
import { LockStoreCredit } from '../store-credit/lock-store-credit';
import type { Purse } from './split-wallet-part';

const ownerOf = ({ memberId, merchantId, currency }: Owner): string => `${memberId} ${merchantId} ${currency}`;

type Owner = Pick<PaymentReserve, 'memberId' | 'merchantId' | 'currency'>;

/** What members can pay with: their gift cards and store credit, locked, and their wallet. */
@Injectable()
export class FindPurses {
  constructor(
    private readonly lockGiftCards: LockGiftCards,
    private readonly lockStoreCredit: LockStoreCredit,
    private readonly ledger: Ledger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Gives nothing for who has only wallet money, which costs one round trip. Those of one member share their purses. */
  async of(tx: Tx, asked: readonly Owner[]): Promise<(owner: Owner) => Purse[] | undefined> {
    const owners = [...new Map(asked.map((owner) => [ownerOf(owner), owner])).values()];
    const now = this.clock.now();
    // Cards before credits, here and wherever both are locked.
    const [cards, credits] = await Promise.all([
      this.lockGiftCards.spendable(tx, owners, now),
      this.lockStoreCredit.spendable(tx, owners, now),
    ]);
    if (cards.length + credits.length === 0) return () => undefined;
    const purses = new Map<string, Purse[]>();
    const add = (owner: Owner, purse: Omit<Purse, 'availableMinor'>) => {
      const of = purses.get(ownerOf(owner)) ?? [wallet(owner)];
      purses.set(ownerOf(owner), [...of, { ...purse, availableMinor: 0 }]);
    };
    for (const card of cards) {
      const owner = { ...card, memberId: card.ownerId ?? '' };
      add(owner, { source: 'gift_card', sourceId: card.id, account: giftCardAccount(card), expiresAt: card.expiresAt });
    }
    for (const credit of credits) {
      const { id: sourceId, expiresAt } = credit;
      add(credit, { source: 'store_credit', sourceId, account: storeCreditAccount(credit), expiresAt });
    }
    const all = [...purses.values()].flat();
    const balances = await this.ledger.balances(
      tx,
      all.map(({ account }) => account),
    );
    const available = new Map(balances.map((balance) => [balance.code, balance.available]));
    for (const purse of all) purse.availableMinor = available.get(purse.account) ?? 0;
    return (owner) => purses.get(ownerOf(owner));
  }
}

const wallet = (owner: Owner): Purse => ({
  source: 'wallet',
  sourceId: null,
  account: walletAccount(owner),
  availableMinor: 0,
  expiresAt: null,
});
