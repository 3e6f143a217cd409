import {
  balanceCrossed,
  type BalanceCrossed,
  cashbackChanged,
  type CashbackChanged,
  type Envelope,
  exchangeCompleted,
  type ExchangeCompleted,
  fraudFlagged,
  type FraudFlagged,
  fraudReviewed,
  type FraudReviewed,
  giftCardChanged,
  type GiftCardChanged,
  paymentChanged,
  type PaymentChanged,
  payoutChanged,
  type PayoutChanged,
  periodClosed,
  type PeriodClosed,
  pointsExpired,
  type PointsExpired,
  pointsRedeemed,
  type PointsRedeemed,
  prefundingChanged,
  type PrefundingChanged,
  reconciliationCompleted,
  type ReconciliationCompleted,
  reconciliationExceptionRaised,
  type ReconciliationExceptionRaised,
  storeCreditChanged,
  type StoreCreditChanged,
  topupCompleted,
  type TopupCompleted,
  transferCompleted,
  type TransferCompleted,
  voucherRedeemed,
  type VoucherRedeemed,
  voucherRefused,
  type VoucherRefused,
  walletFrozen,
  type WalletFrozen,
  walletUnfrozen,
  type WalletUnfrozen,
} from '@florin/contracts';
import { ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { SpreadEvents } from './spread-events';

/** Turns what happened to money into deliveries, one per endpoint that asked for the type. */
@Controller()
export class MoneyWebhooksConsumer {
  constructor(private readonly spreadEvents: SpreadEvents) {}

  @ConsumesSet(balanceCrossed, { as: 'webhooks' })
  balanceCrossed(events: Envelope<BalanceCrossed>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(cashbackChanged, { as: 'webhooks' })
  cashbackChanged(events: Envelope<CashbackChanged>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(exchangeCompleted, { as: 'webhooks' })
  exchangeCompleted(events: Envelope<ExchangeCompleted>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(fraudFlagged, { as: 'webhooks' })
  fraudFlagged(events: Envelope<FraudFlagged>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(fraudReviewed, { as: 'webhooks' })
  fraudReviewed(events: Envelope<FraudReviewed>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(giftCardChanged, { as: 'webhooks' })
  giftCardChanged(events: Envelope<GiftCardChanged>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(paymentChanged, { as: 'webhooks' })
  paymentChanged(events: Envelope<PaymentChanged>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(payoutChanged, { as: 'webhooks' })
  payoutChanged(events: Envelope<PayoutChanged>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(periodClosed, { as: 'webhooks' })
  periodClosed(events: Envelope<PeriodClosed>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(pointsExpired, { as: 'webhooks' })
  pointsExpired(events: Envelope<PointsExpired>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(pointsRedeemed, { as: 'webhooks' })
  pointsRedeemed(events: Envelope<PointsRedeemed>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(prefundingChanged, { as: 'webhooks' })
  prefundingChanged(events: Envelope<PrefundingChanged>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(reconciliationCompleted, { as: 'webhooks' })
  reconciliationCompleted(events: Envelope<ReconciliationCompleted>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(reconciliationExceptionRaised, { as: 'webhooks' })
  reconciliationExceptionRaised(events: Envelope<ReconciliationExceptionRaised>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(storeCreditChanged, { as: 'webhooks' })
  storeCreditChanged(events: Envelope<StoreCreditChanged>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(topupCompleted, { as: 'webhooks' })
  topupCompleted(events: Envelope<TopupCompleted>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(transferCompleted, { as: 'webhooks' })
  transferCompleted(events: Envelope<TransferCompleted>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(voucherRedeemed, { as: 'webhooks' })
  voucherRedeemed(events: Envelope<VoucherRedeemed>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(voucherRefused, { as: 'webhooks' })
  voucherRefused(events: Envelope<VoucherRefused>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(walletFrozen, { as: 'webhooks' })
  walletFrozen(events: Envelope<WalletFrozen>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(walletUnfrozen, { as: 'webhooks' })
  walletUnfrozen(events: Envelope<WalletUnfrozen>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }
}
