import { BoundedText } from '@florin/http';
import { IsBoolean, IsInt, IsString } from 'class-validator';

export class SaveTemplateDto {
  @BoundedText(300)
  subject: string;

  @BoundedText(50_000)
  text: string;

  @BoundedText(100_000)
  html: string;
}

export class TemplateDto extends SaveTemplateDto {
  @IsString()
  key: string;

  /** 0 is the default that ships with Florin. */
  @IsInt()
  version: number;

  @IsBoolean()
  is_default: boolean;
}
