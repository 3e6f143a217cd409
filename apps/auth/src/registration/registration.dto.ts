import { BoundedText, IsId } from '@florin/http';
import { IsBoolean, IsEmail, IsOptional, IsString, Matches, MaxLength } from 'class-validator';

export class SignUpDto {
  @IsId()
  merchant_id: string;

  @IsEmail()
  @MaxLength(254)
  email: string;

  @BoundedText(200)
  password: string;

  @BoundedText(200)
  display_name: string;

  @IsOptional()
  @Matches(/^[a-z]{2,3}(-[A-Z]{2})?$/, { message: '$property must be a language such as en or nl-NL' })
  locale?: string;
}

/** The same for a new address and a known one. */
export class SignUpAnswerDto {
  @IsString()
  message: string;
}

export class VerifyEmailDto {
  @Matches(/^[A-Za-z0-9_-]{43}$/, { message: '$property must be the token of the mail' })
  token: string;
}

export class VerifiedDto {
  @IsBoolean()
  verified: boolean;
}

export class SendAgainDto {
  @IsEmail()
  @MaxLength(254)
  email: string;
}
