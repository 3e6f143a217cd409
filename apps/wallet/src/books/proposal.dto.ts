import { BoundedText, IsId, PageQuery } from '@florin/http';
import { IsDate, IsIn, IsObject, IsOptional, IsString } from 'class-validator';

const longestReason = 500;
const states = ['proposed', 'approved', 'rejected'];

export class ProposalDto {
  @IsId()
  id: string;

  @IsIn(['writing', 'schedule'])
  what: 'writing' | 'schedule';

  /** What will be written, as it was asked for. */
  @IsObject()
  plan: Record<string, unknown>;

  @IsString()
  reason: string;

  @IsIn(states)
  state: string;

  @IsString()
  proposed_by: string;

  @IsDate()
  proposed_at: Date;

  @IsOptional()
  @IsString()
  decided_by: string | null;

  @IsOptional()
  @IsDate()
  decided_at: Date | null;

  @IsOptional()
  @IsString()
  decision_reason: string | null;
}

export class ProposalsQuery extends PageQuery {
  @IsOptional()
  @IsIn(states)
  state?: string;
}

export class DecideDto {
  @BoundedText(longestReason)
  reason: string;
}
