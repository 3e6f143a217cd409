import { Field } from '@florin/http';

class ChargeReferenceDto {
  @Field({ optional: true, description: 'Our payment.', format: 'uuid' })
  ref?: string;
}

class ChargeDto {
  @Field()
  id: string;

  @Field()
  status: string;

  @Field({ type: () => ChargeReferenceDto, optional: true })
  metadata?: ChargeReferenceDto;
}

class WebhookDataDto {
  @Field({ type: () => ChargeDto })
  object: ChargeDto;
}

/** The part of the processor's event that we read; what else is in it is kept as it came. */
export class StripeEventDto {
  @Field({ description: 'Each event counts once, however often it comes.' })
  id: string;

  @Field({ description: '`payment_intent.succeeded` and the like; other types are kept and ignored.' })
  type: string;

  @Field({ type: () => WebhookDataDto })
  data: WebhookDataDto;
}

class ResourceDto {
  @Field()
  id: string;

  @Field({ optional: true })
  status?: string;

  @Field({ optional: true, description: 'Our payment.', format: 'uuid' })
  custom_id?: string;
}

/** The part of PayPal's event that we read. */
export class PaypalEventDto {
  @Field({ description: 'Each event counts once, however often it comes.' })
  id: string;

  @Field({ description: '`PAYMENT.CAPTURE.COMPLETED` and the like; other types are kept and ignored.' })
  event_type: string;

  @Field({ type: () => ResourceDto })
  resource: ResourceDto;
}

export class WebhookAnswerDto {
  @Field({ enum: ['learned', 'ignored', 'known'] })
  outcome: string;
}
