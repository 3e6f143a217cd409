import { BoundedText, IsCurrency, IsId, IsMinor } from '@florin/http';
import { Type } from 'class-transformer';
import { IsBoolean, IsDate, IsIn, IsInt, IsOptional, IsString, Matches, ValidateNested } from 'class-validator';

export class IssueSettlementDto {
  /** A month in UTC that is over: `2026-11`. */
  @Matches(/^20\d{2}-(0[1-9]|1[0-2])$/, { message: '$property must be a month such as 2026-11' })
  period: string;

  @IsCurrency()
  currency: string;
}

export class TransferDto {
  @IsId()
  id: string;

  @IsString()
  debtor: string;

  @IsString()
  creditor: string;

  @IsCurrency()
  currency: string;

  @IsMinor()
  amount_minor: number;

  @IsIn(['open', 'paid'])
  state: string;

  @IsOptional()
  @IsString()
  reference: string | null;

  @IsOptional()
  @IsDate()
  paid_at: Date | null;
}

export class InvoiceLineDto {
  @IsId()
  program_id: string;

  @IsInt()
  redemptions: number;

  @IsInt()
  points: number;

  @IsMinor()
  amount_minor: number;
}

/** What one partner owes another for points of its own that were spent there, before netting. */
export class InvoiceDto {
  @IsId()
  id: string;

  @IsString()
  number: string;

  @IsString()
  creditor: string;

  @IsString()
  debtor: string;

  @IsCurrency()
  currency: string;

  @IsMinor()
  total_minor: number;

  @IsDate()
  issued_at: Date;

  @ValidateNested({ each: true })
  @Type(() => InvoiceLineDto)
  lines: InvoiceLineDto[];
}

export class SettlementHeadDto {
  @IsId()
  id: string;

  @IsString()
  period: string;

  @IsCurrency()
  currency: string;

  @IsDate()
  issued_at: Date;
}

/** A month as one partner sees it: its invoices, and what is left to pay after everything was netted. */
export class SettlementDto extends SettlementHeadDto {
  /** What the caller's merchant is owed, above zero, or owes, below; null for who sees all of it. */
  @IsOptional()
  @IsInt()
  net_minor: number | null;

  @ValidateNested({ each: true })
  @Type(() => InvoiceDto)
  invoices: InvoiceDto[];

  @ValidateNested({ each: true })
  @Type(() => TransferDto)
  transfers: TransferDto[];
}

export class PaidDto {
  /** Of the payment outside, as the bank has it. */
  @BoundedText(200)
  reference: string;
}

export class ChangePrefundingDto {
  @IsCurrency()
  currency: string;

  @IsIn(['deposit', 'withdrawal'])
  kind: 'deposit' | 'withdrawal';

  @IsMinor({ min: 1, max: 1_000_000_000_00 })
  amount_minor: number;
}

export class EnforcePrefundingDto {
  @IsCurrency()
  currency: string;

  /** Whether the merchant may give no more points than its prefunding covers. */
  @IsBoolean()
  enforced: boolean;
}

export class PrefundingDto {
  @IsCurrency()
  currency: string;

  @IsMinor()
  balance_minor: number;

  /** What the points that the merchant funds and that are still out are worth. */
  @IsMinor()
  committed_minor: number;

  @IsInt()
  remaining_minor: number;

  @IsBoolean()
  enforced: boolean;

  @IsInt()
  version: number;
}
