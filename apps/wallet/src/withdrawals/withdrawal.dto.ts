import { BoundedText, IsCurrency, IsId, IsMinor, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import type { WithdrawalState } from './withdrawal-states';

const states: WithdrawalState[] = [
  'requested',
  'held',
  'submitted',
  'unknown',
  'paid',
  'failed',
  'returned',
  'cancelled',
  'rejected',
];
const mostMinor = 1_000_000_000_00;

export class QuoteWithdrawalDto {
  @IsMinor({ min: 1, max: mostMinor })
  amount_minor: number;

  @IsCurrency()
  currency: string;
}

export class RequestWithdrawalDto extends QuoteWithdrawalDto {
  @IsId()
  beneficiary_id: string;
}

/** What a withdrawal would cost, and who would have to look at it. */
export class WithdrawalQuoteDto {
  @IsCurrency()
  currency: string;

  /** Leaves the wallet. */
  @IsMinor()
  amount_minor: number;

  /** Of that, what it costs. */
  @IsMinor()
  fee_minor: number;

  /** Arrives. */
  @IsMinor()
  payout_minor: number;

  @IsInt()
  approvals_needed: number;

  /** The settings that say so; they may change until it is asked for. */
  @IsInt()
  settings_version: number;
}

export class WithdrawalDto {
  @IsId()
  id: string;

  @IsId()
  member_id: string;

  @IsId()
  beneficiary_id: string;

  @IsString()
  iban_masked: string;

  @IsCurrency()
  currency: string;

  @IsMinor()
  amount_minor: number;

  @IsMinor()
  fee_minor: number;

  @IsMinor()
  payout_minor: number;

  /**
   * `requested`: its money is set aside, people have to approve · `held`: approved · `submitted`: the provider has it ·
   * `unknown`: the provider did not answer · then `paid`, `failed`, `returned`, `cancelled` or `rejected`.
   */
  @IsIn(states)
  state: string;

  @IsInt()
  approvals_needed: number;

  @IsInt()
  approvals_given: number;

  @IsOptional()
  @IsId()
  batch_id: string | null;

  @IsString()
  provider: string;

  /** The provider's own id of the payout. */
  @IsOptional()
  @IsString()
  provider_reference: string | null;

  @IsOptional()
  @IsString()
  failure_code: string | null;

  @IsDate()
  created_at: Date;

  @IsDate()
  updated_at: Date;

  @IsOptional()
  @IsDate()
  settled_at: Date | null;
}

export class WithdrawalStepDto {
  @IsString()
  from_state: string;

  @IsString()
  to_state: string;

  /** request, rule, person, batch, answer, query, webhook, statement or silence. */
  @IsString()
  learned_from: string;

  @IsOptional()
  @IsString()
  actor: string | null;

  /** What was said, by its name: the provider's id, the webhook, the statement line. */
  @IsOptional()
  @IsString()
  evidence: string | null;

  @IsOptional()
  @IsString()
  detail: string | null;

  @IsDate()
  happened_at: Date;
}

export class WithdrawalDetailDto extends WithdrawalDto {
  @ValidateNested({ each: true })
  @Type(() => WithdrawalStepDto)
  steps: WithdrawalStepDto[];
}

export class WithdrawalsQuery extends PageQuery {
  @IsOptional()
  @IsIn(states)
  state?: WithdrawalState;

  @IsOptional()
  @IsCurrency()
  currency?: string;

  /** For staff. */
  @IsOptional()
  @IsId()
  member_id?: string;

  @IsOptional()
  @IsId()
  batch_id?: string;
}

export class ApproveWithdrawalDto {
  @IsOptional()
  @BoundedText(300)
  reason?: string;
}

export class RejectWithdrawalDto {
  /** For the member and for the record. */
  @BoundedText(300, 3)
  reason: string;
}
