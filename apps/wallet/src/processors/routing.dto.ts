import { BoundedText, IsCurrency } from '@florin/http';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDate,
  IsInt,
  IsString,
  ValidateNested,
} from 'class-validator';

export class RoutingQuery {
  @IsCurrency()
  currency: string;
}

export class RoutedProcessorDto {
  @BoundedText(50)
  processor: string;

  @IsBoolean()
  enabled: boolean;
}

export class SaveRoutingDto {
  @IsCurrency()
  currency: string;

  /** In the order of their priority: the first that is enabled takes new payments. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10)
  @ValidateNested({ each: true })
  @Type(() => RoutedProcessorDto)
  processors: RoutedProcessorDto[];
}

/** Which processor takes payments in a currency. */
export class RoutingDto {
  @IsCurrency()
  currency: string;

  @IsInt()
  version: number;

  @ValidateNested({ each: true })
  @Type(() => RoutedProcessorDto)
  processors: RoutedProcessorDto[];

  /** Those that this deployment can reach. */
  @IsArray()
  @IsString({ each: true })
  set_up: string[];
}

export class RoutingVersionDto {
  @IsInt()
  version: number;

  @ValidateNested({ each: true })
  @Type(() => RoutedProcessorDto)
  processors: RoutedProcessorDto[];

  @IsString()
  changed_by: string;

  @IsDate()
  changed_at: Date;
}
