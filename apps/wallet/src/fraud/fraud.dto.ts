import { BoundedText, IsCurrency, IsId, IsMinor, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsDate,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';

export const outcomes = ['allow', 'review', 'deny'] as const;
const reviewStates = ['open', 'approved', 'denied', 'expired', 'withdrawn'] as const;

export class DecisionsQuery extends PageQuery {
  @IsOptional()
  @IsIn(outcomes)
  outcome?: (typeof outcomes)[number];

  @IsOptional()
  @IsId()
  member_id?: string;

  @IsOptional()
  @IsId()
  payment_id?: string;

  @IsOptional()
  @IsId()
  order_id?: string;

  /** The code of a sign that was seen. */
  @IsOptional()
  @Matches(/^[a-z_]{1,60}$/)
  reason?: string;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(100)
  min_score?: number;
}

/** What was decided about one payment before anybody was asked for it. */
export class DecisionDto {
  @IsId()
  id: string;

  @IsId()
  payment_id: string;

  @IsId()
  member_id: string;

  @IsOptional()
  @IsId()
  order_id: string | null;

  @IsString()
  purpose: string;

  @IsCurrency()
  currency: string;

  @IsMinor()
  amount_minor: number;

  @IsIn(outcomes)
  outcome: (typeof outcomes)[number];

  /** Where it stands now: a review may have ended otherwise. */
  @IsIn(['allowed', 'reviewing', 'denied'])
  standing: string;

  /** 0 to 100. */
  @IsInt()
  score: number;

  @IsArray()
  @IsString({ each: true })
  reasons: string[];

  @IsInt()
  rules_version: number;

  @IsInt()
  settings_version: number;

  @IsOptional()
  @IsInt()
  model_version: number | null;

  @IsDate()
  decided_at: Date;
}

export class ReasonDto {
  @IsString()
  code: string;

  @IsInt()
  score: number;

  /** The numbers that it was seen in. */
  @IsObject()
  facts: Record<string, number | string>;
}

export class RuleResultDto {
  @IsString()
  rule: string;

  /** 0 to 100: how certain the rule is. */
  @IsInt()
  score: number;

  /** What it adds to the score of the payment when it is certain. */
  @IsInt()
  weight: number;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ReasonDto)
  reasons: ReasonDto[];
}

/** A decision with everything it was taken from. */
export class DecisionDetailDto extends DecisionDto {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => RuleResultDto)
  results: RuleResultDto[];

  /** All that the rules looked at. */
  @IsObject()
  features: object;

  /** From this score on it was to be looked at by a person. */
  @IsInt()
  review_from: number;

  /** From this score on it was to be refused. */
  @IsInt()
  deny_from: number;

  @IsInt()
  latency_us: number;
}

export class ReviewsQuery extends PageQuery {
  @IsOptional()
  @IsIn(reviewStates)
  state?: (typeof reviewStates)[number];
}

export class ReviewDto {
  @IsId()
  id: string;

  @IsId()
  payment_id: string;

  @IsId()
  decision_id: string;

  @IsId()
  member_id: string;

  @IsCurrency()
  currency: string;

  @IsMinor()
  amount_minor: number;

  @IsInt()
  score: number;

  @IsArray()
  @IsString({ each: true })
  reasons: string[];

  @IsIn(reviewStates)
  state: (typeof reviewStates)[number];

  /** What happens when nobody decides in time. */
  @IsIn(['deny', 'approve'])
  on_expiry: string;

  @IsDate()
  opened_at: Date;

  @IsDate()
  expires_at: Date;

  @IsOptional()
  @IsDate()
  decided_at: Date | null;

  @IsOptional()
  @IsString()
  decided_by: string | null;

  @IsOptional()
  @IsString()
  reason: string | null;
}

export class DecideReviewDto {
  @IsIn(['approve', 'deny'])
  decision: 'approve' | 'deny';

  @BoundedText(500)
  reason: string;
}

export class SaveLabelDto {
  @IsId()
  payment_id: string;

  @IsIn(['fraud', 'genuine'])
  label: 'fraud' | 'genuine';

  /** Who found out: the cardholder's bank, or somebody of ours. */
  @IsIn(['chargeback', 'staff'])
  source: 'chargeback' | 'staff';

  @IsOptional()
  @BoundedText(500)
  note?: string;
}

export class LabelDto {
  @IsId()
  payment_id: string;

  @IsIn(['fraud', 'genuine'])
  label: string;

  @IsIn(['review', 'chargeback', 'staff'])
  source: string;

  @IsOptional()
  @IsString()
  note: string | null;

  @IsString()
  labelled_by: string;

  @IsDate()
  labelled_at: Date;
}

export class TrainedDto {
  @IsOptional()
  @IsInt()
  version: number | null;

  @IsBoolean()
  active: boolean;

  @IsOptional()
  @IsNumber()
  auc: number | null;

  @IsString()
  reason: string;
}
