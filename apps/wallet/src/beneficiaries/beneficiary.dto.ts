import { BoundedText, IsId, PageQuery } from '@florin/http';
import { Transform } from 'class-transformer';
import { IsBoolean, IsDate, IsIBAN, IsIn, IsOptional, IsString, MaxLength, NotContains } from 'class-validator';
import { plainIban } from './masks';

const verifications = ['unverified', 'verified', 'rejected'] as const;
export type Verification = (typeof verifications)[number];
/** As SEPA credit transfers carry it (EPC131-08, AT-E001). */
const longestHolder = 70;

export class AddBeneficiaryDto {
  /** Who the account belongs to, as the bank knows them. */
  @BoundedText(longestHolder, 2)
  @NotContains('\n')
  holder: string;

  /** ISO 13616: country, check digits by mod 97, account; spaces do not matter. */
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? plainIban(value) : value))
  @IsString()
  @MaxLength(34)
  @IsIBAN()
  iban: string;
}

/** A beneficiary as anybody may see it: neither name nor account number is ever given back. */
export class BeneficiaryDto {
  @IsId()
  id: string;

  @IsId()
  member_id: string;

  @IsString()
  holder_masked: string;

  @IsString()
  iban_masked: string;

  @IsString()
  country: string;

  @IsIn(verifications)
  verification: string;

  @IsOptional()
  @IsString()
  verification_note: string | null;

  @IsBoolean()
  removed: boolean;

  @IsDate()
  created_at: Date;
}

export class BeneficiariesQuery extends PageQuery {
  @IsOptional()
  @IsIn(verifications)
  verification?: Verification;

  @IsOptional()
  @IsId()
  member_id?: string;
}

export class VerifyBeneficiaryDto {
  @IsIn(['verified', 'rejected'])
  verification: 'verified' | 'rejected';

  /** What was compared, or why not. */
  @BoundedText(300, 3)
  note: string;
}
