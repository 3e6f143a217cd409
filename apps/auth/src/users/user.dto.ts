import { BoundedText, IsId, PageQuery } from '@florin/http';
import { roles } from '@florin/access';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDate,
  IsEmail,
  IsIn,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';

/** BCP 47, as far as it matters for choosing a template. */
const locale = /^[a-z]{2,3}(-[A-Z]{2})?$/;

export class CreateUserDto {
  @IsEmail()
  @MaxLength(254)
  email: string;

  @BoundedText(200)
  password: string;

  @BoundedText(200)
  display_name: string;

  @IsOptional()
  @Matches(locale, { message: '$property must be a language such as en or nl-NL' })
  locale?: string;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10)
  @IsIn(roles, { each: true })
  roles: string[];

  /** The merchants they work for; none means all of them, for platform staff only. */
  @IsArray()
  @ArrayMaxSize(100)
  @IsId({ each: true })
  merchants: string[];
}

export class ImportedUserDto {
  @IsOptional()
  @IsId()
  id?: string;

  @IsEmail()
  @MaxLength(254)
  email: string;

  @BoundedText(200)
  display_name: string;

  @IsOptional()
  @Matches(locale, { message: '$property must be a language such as en or nl-NL' })
  locale?: string;

  @IsId()
  merchant_id: string;
}

/** Customers of another system whose addresses it verified. They share one password until they change it, or cannot log in. */
export class ImportUsersDto {
  @IsOptional()
  @BoundedText(200)
  password?: string;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1_000)
  @ValidateNested({ each: true })
  @Type(() => ImportedUserDto)
  users: ImportedUserDto[];
}

export class ImportResultDto {
  @IsArray()
  @IsString({ each: true })
  created: string[];

  /** Addresses that were taken already. */
  @IsArray()
  @IsString({ each: true })
  known: string[];
}

export class UsersQuery extends PageQuery {
  @IsOptional()
  @IsEmail()
  email?: string;
}

export class UserDto {
  @IsId()
  id: string;

  @IsEmail()
  email: string;

  @IsString()
  display_name: string;

  @IsString()
  locale: string;

  @IsArray()
  @IsString({ each: true })
  roles: string[];

  @IsArray()
  @IsId({ each: true })
  merchants: string[];

  @IsBoolean()
  all_merchants: boolean;

  @IsOptional()
  @IsDate()
  email_verified_at: Date | null;

  @IsDate()
  created_at: Date;
}
