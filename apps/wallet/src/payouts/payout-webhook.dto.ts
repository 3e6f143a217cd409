import { Field } from '@florin/http';

class PaymentOrderMetadataDto {
  @Field({ optional: true, description: 'Our withdrawal.', format: 'uuid' })
  withdrawal_id?: string;
}

class PaymentOrderDto {
  @Field()
  id: string;

  @Field()
  status: string;

  @Field({ type: () => PaymentOrderMetadataDto, optional: true })
  metadata?: PaymentOrderMetadataDto;
}

/** The part of the provider's event that we read, and all that is kept of it. */
export class PayoutEventDto {
  @Field({ description: '`completed` and the like; what counts is the status.' })
  event: string;

  @Field({ type: () => PaymentOrderDto })
  data: PaymentOrderDto;
}

export class PayoutWebhookAnswerDto {
  @Field({ enum: ['learned', 'ignored', 'known'] })
  outcome: string;
}
