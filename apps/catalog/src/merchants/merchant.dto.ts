import { BoundedText, IsCurrency, IsId } from '@florin/http';
import { IsDate, IsInt, IsTimeZone, Matches } from 'class-validator';

export class SaveMerchantDto {
  @BoundedText(200)
  name: string;

  /** Used in addresses: small letters, digits and hyphens; unique on the platform. */
  @Matches(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, {
    message: '$property must be small letters, digits and hyphens, at most 64',
  })
  slug: string;

  @IsCurrency()
  currency: string;

  /** IANA name: its day is the merchant's business day. */
  @IsTimeZone()
  time_zone: string;
}

export class MerchantDto extends SaveMerchantDto {
  @IsId()
  id: string;

  @IsInt()
  version: number;

  @IsDate()
  created_at: Date;

  @IsDate()
  updated_at: Date;
}
