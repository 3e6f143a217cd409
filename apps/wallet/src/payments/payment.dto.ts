import { BoundedText, IsCardToken, IsCurrency, IsId, IsMinor, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsInt, IsOptional, IsString, Matches, ValidateNested } from 'class-validator';
import { type PaymentState, paymentStates } from './payment-states';

/** The largest payment, in minor units; the same limit Stripe has. */
const mostMinor = 99_999_999;

export class CreatePaymentDto {
  @IsId()
  member_id: string;

  @IsMinor({ min: 1, max: mostMinor })
  amount_minor: number;

  @IsCurrency()
  currency: string;

  /** The processor's token of the card. */
  @IsCardToken()
  card_token: string;

  /** `manual` puts the money aside, to be taken by captures; `automatic` takes it at once. */
  @IsOptional()
  @IsIn(['manual', 'automatic'])
  capture_method?: 'manual' | 'automatic';

  /** The processor that the token is of; the merchant's first for the currency, when left out. */
  @IsOptional()
  @BoundedText(50)
  processor?: string;

  @IsOptional()
  @IsId()
  order_id?: string;

  @IsOptional()
  @BoundedText(500)
  description?: string;

  /** When what was not taken goes back to the card: within seven days, and in seven days when left out. */
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  expires_at?: Date;
}

export class VoidPaymentDto {
  @IsOptional()
  @BoundedText(500)
  reason?: string;
}

export class PaymentsQuery extends PageQuery {
  @IsOptional()
  @IsId()
  order_id?: string;

  @IsOptional()
  @IsId()
  member_id?: string;

  @IsOptional()
  @IsIn(paymentStates)
  state?: PaymentState;

  @IsOptional()
  @Matches(/^[a-z]{2,50}$/)
  processor?: string;

  /** Made then or later. */
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  from?: Date;

  /** Made before then. */
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  to?: Date;
}

/** One change of a payment, or of a refund of it: who, when, why, before and after. */
export class PaymentStepDto {
  @IsOptional()
  @IsId()
  refund_id: string | null;

  @IsString()
  from_state: string;

  @IsString()
  to_state: string;

  /** Where it was learnt: request, answer, query, webhook, silence, settlement or job. */
  @IsString()
  learned_from: string;

  @IsOptional()
  @IsString()
  detail: string | null;

  /** Who: a person or service by id, the processor by name, wallet itself or a job. */
  @IsOptional()
  @IsString()
  actor: string | null;

  @IsOptional()
  @IsString()
  reason: string | null;

  /** What had been taken (of a refund: given back) before. */
  @IsOptional()
  @IsMinor()
  amount_before_minor: number | null;

  @IsOptional()
  @IsMinor()
  amount_after_minor: number | null;

  @IsDate()
  happened_at: Date;
}

/** One charge to one card. */
export class PaymentDto {
  @IsId()
  id: string;

  /** What it is for: an `order`, a `topup`, or `direct` when it was made through the API. */
  @IsString()
  purpose: string;

  @IsOptional()
  @IsId()
  order_id: string | null;

  @IsId()
  member_id: string;

  @IsCurrency()
  currency: string;

  @IsMinor()
  amount_minor: number;

  @IsMinor()
  captured_minor: number;

  /** Asked for and not ended yet. */
  @IsMinor()
  capturing_minor: number;

  @IsMinor()
  refunded_minor: number;

  /** What statements of the processor say was paid out to us, gross. */
  @IsMinor()
  settled_minor: number;

  /** What the processor kept of it. */
  @IsOptional()
  @IsMinor()
  fee_minor: number | null;

  @IsString()
  processor: string;

  @IsOptional()
  @IsString()
  provider_reference: string | null;

  @IsIn(paymentStates)
  state: string;

  @IsOptional()
  @IsString()
  decline_code: string | null;

  @IsOptional()
  @IsString()
  description: string | null;

  @IsInt()
  attempts: number;

  /** When what was not taken goes back to the card. */
  @IsOptional()
  @IsDate()
  expires_at: Date | null;

  @IsOptional()
  @IsDate()
  settled_at: Date | null;

  @IsDate()
  created_at: Date;

  @IsDate()
  updated_at: Date;
}

export class PaymentDetailDto extends PaymentDto {
  @ValidateNested({ each: true })
  @Type(() => PaymentStepDto)
  steps: PaymentStepDto[];
}
