import {
  type Envelope,
  paymentConfirm,
  type PaymentConfirm,
  paymentRelease,
  type PaymentRelease,
  paymentReserve,
  type PaymentReserve,
} from '@florin/contracts';
import { ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { ConfirmPayment } from './confirm-payment';
import { ReleasePayment } from './release-payment';
import { ReservePayment } from './reserve-payment';

/** The payment side of the two-phase contract: reserve, then confirm or release, under one checkout id. */
@Controller()
export class PaymentConsumer {
  constructor(
    private readonly reservePayment: ReservePayment,
    private readonly confirmPayment: ConfirmPayment,
    private readonly releasePayment: ReleasePayment,
  ) {}

  @ConsumesSet(paymentReserve)
  reserve(asked: Envelope<PaymentReserve>[], { tx }: Delivery): Promise<void> {
    return this.reservePayment.within(tx, asked);
  }

  @ConsumesSet(paymentConfirm)
  confirm(asked: Envelope<PaymentConfirm>[], { tx }: Delivery): Promise<void> {
    return this.confirmPayment.within(tx, asked);
  }

  @ConsumesSet(paymentRelease)
  release(asked: Envelope<PaymentRelease>[], { tx }: Delivery): Promise<void> {
    return this.releasePayment.within(tx, asked);
  }
}
