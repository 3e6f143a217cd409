import { BoundedText, IsId } from '@florin/http';
import { IsDate, IsOptional, Matches } from 'class-validator';

export class CreateCategoryDto {
  @BoundedText(200)
  name: string;

  @Matches(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, {
    message: '$property must be small letters, digits and hyphens, at most 64',
  })
  slug: string;

  @IsOptional()
  @IsId()
  parent_id?: string;
}

export class CategoryDto extends CreateCategoryDto {
  @IsId()
  id: string;

  @IsId()
  merchant_id: string;

  @IsDate()
  created_at: Date;
}
