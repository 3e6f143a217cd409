import {
  balanceCrossed,
  type BalanceCrossed,
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
  settlementIssued,
  type SettlementIssued,
  storeCreditChanged,
  type StoreCreditChanged,
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
import { KeepEvents } from './keep-events';

/** What is said about money and points beyond a sale: kept as it is, like the rest. */
@Controller()
export class MoneyEventsConsumer {
  constructor(private readonly keepEvents: KeepEvents) {}

  @ConsumesSet(balanceCrossed)
  balanceCrossed(events: Envelope<BalanceCrossed>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(exchangeCompleted)
  exchangeCompleted(events: Envelope<ExchangeCompleted>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(fraudFlagged)
  fraudFlagged(events: Envelope<FraudFlagged>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(fraudReviewed)
  fraudReviewed(events: Envelope<FraudReviewed>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(giftCardChanged)
  giftCardChanged(events: Envelope<GiftCardChanged>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(paymentChanged)
  paymentChanged(events: Envelope<PaymentChanged>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(payoutChanged)
  payoutChanged(events: Envelope<PayoutChanged>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(periodClosed)
  periodClosed(events: Envelope<PeriodClosed>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(pointsExpired)
  pointsExpired(events: Envelope<PointsExpired>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(pointsRedeemed)
  pointsRedeemed(events: Envelope<PointsRedeemed>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(prefundingChanged)
  prefundingChanged(events: Envelope<PrefundingChanged>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(reconciliationCompleted)
  reconciliationCompleted(events: Envelope<ReconciliationCompleted>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(reconciliationExceptionRaised)
  reconciliationExceptionRaised(events: Envelope<ReconciliationExceptionRaised>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(settlementIssued)
  settlementIssued(events: Envelope<SettlementIssued>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(storeCreditChanged)
  storeCreditChanged(events: Envelope<StoreCreditChanged>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(transferCompleted)
  transferCompleted(events: Envelope<TransferCompleted>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(voucherRedeemed)
  voucherRedeemed(events: Envelope<VoucherRedeemed>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(voucherRefused)
  voucherRefused(events: Envelope<VoucherRefused>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(walletFrozen)
  walletFrozen(events: Envelope<WalletFrozen>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(walletUnfrozen)
  walletUnfrozen(events: Envelope<WalletUnfrozen>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }
}
