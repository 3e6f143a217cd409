import { IsId } from '@florin/http';
import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';

export class ChainFaultDto {
  /** The link where it shows. */
  @IsInt()
  seq: number;

  @IsIn(['link_broken', 'journal_changed', 'journal_missing', 'journal_added'])
  fault: string;

  @IsOptional()
  @IsId()
  journal_id: string | null;
}

export class ChainDto {
  /** Hash of the last link, in hexadecimal digits: kept elsewhere, and nobody can rewrite history unseen. */
  @IsOptional()
  @IsString()
  head: string | null;

  @IsInt()
  links: number;

  /** Journals in them. */
  @IsInt()
  sealed: number;

  /** Journals that wait for the next link. */
  @IsInt()
  unsealed: number;
}

export class ChainReportDto extends ChainDto {
  @IsBoolean()
  intact: boolean;

  /** The first that do not say what they said when they were sealed. */
  @ValidateNested({ each: true })
  @Type(() => ChainFaultDto)
  faults: ChainFaultDto[];
}
