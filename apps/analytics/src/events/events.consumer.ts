import {
  cashbackAccrued,
  type CashbackAccrued,
  cashbackChanged,
  type CashbackChanged,
  cashbackReversed,
  type CashbackReversed,
  type Envelope,
  merchantSaved,
  type MerchantSaved,
  messageSent,
  type MessageSent,
  orderCancelled,
  type OrderCancelled,
  orderPlaced,
  type OrderPlaced,
  paymentRefused,
  type PaymentRefused,
  paymentReleased,
  type PaymentReleased,
  refundFailed,
  type RefundFailed,
  sessionRevoked,
  type SessionRevoked,
  stockRefused,
  type StockRefused,
  stockRestocked,
  type StockRestocked,
  tierUpgraded,
  type TierUpgraded,
  topupCompleted,
  type TopupCompleted,
  userLocked,
  type UserLocked,
  userRegistered,
  type UserRegistered,
  userVerified,
  type UserVerified,
  variantSaved,
  type VariantSaved,
  webhookDelivered,
  type WebhookDelivered,
} from '@florin/contracts';
import { ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { KeepEvents } from './keep-events';

/** Everything else that is said: kept as it is, for the questions that nobody has asked yet. */
@Controller()
export class EventsConsumer {
  constructor(private readonly keepEvents: KeepEvents) {}

  @ConsumesSet(userRegistered)
  userRegistered(events: Envelope<UserRegistered>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(userVerified)
  userVerified(events: Envelope<UserVerified>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(userLocked)
  userLocked(events: Envelope<UserLocked>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(sessionRevoked)
  sessionRevoked(events: Envelope<SessionRevoked>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(merchantSaved)
  merchantSaved(events: Envelope<MerchantSaved>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(variantSaved)
  variantSaved(events: Envelope<VariantSaved>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(stockRefused)
  stockRefused(events: Envelope<StockRefused>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(stockRestocked)
  stockRestocked(events: Envelope<StockRestocked>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(paymentRefused)
  paymentRefused(events: Envelope<PaymentRefused>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(paymentReleased)
  paymentReleased(events: Envelope<PaymentReleased>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(refundFailed)
  refundFailed(events: Envelope<RefundFailed>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(topupCompleted)
  topupCompleted(events: Envelope<TopupCompleted>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(cashbackChanged)
  cashbackChanged(events: Envelope<CashbackChanged>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(orderPlaced)
  orderPlaced(events: Envelope<OrderPlaced>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(orderCancelled)
  orderCancelled(events: Envelope<OrderCancelled>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(tierUpgraded)
  tierUpgraded(events: Envelope<TierUpgraded>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(cashbackAccrued)
  cashbackAccrued(events: Envelope<CashbackAccrued>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(cashbackReversed)
  cashbackReversed(events: Envelope<CashbackReversed>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(messageSent)
  messageSent(events: Envelope<MessageSent>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }

  @ConsumesSet(webhookDelivered)
  webhookDelivered(events: Envelope<WebhookDelivered>[], { tx }: Delivery): Promise<void> {
    return this.keepEvents.within(tx, events);
  }
}
