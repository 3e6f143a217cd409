import { IsId } from '@florin/http';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsDate,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  MaxLength,
} from 'class-validator';
import { publicEventTypes } from './public-events';

export class CreateEndpointDto {
  @IsString()
  @MaxLength(2_000)
  url: string;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ArrayUnique()
  @IsIn(publicEventTypes, { each: true })
  event_types: string[];
}

export class EndpointDto {
  @IsId()
  id: string;

  @IsString()
  url: string;

  @IsArray()
  @IsString({ each: true })
  event_types: string[];

  @IsBoolean()
  active: boolean;

  @IsDate()
  created_at: Date;
}

export class CreatedEndpointDto extends EndpointDto {
  /** Shown this once: signatures are checked with it. */
  @IsString()
  secret: string;
}

export class DeliveryDto {
  @IsId()
  id: string;

  @IsId()
  endpoint_id: string;

  @IsId()
  event_id: string;

  @IsString()
  event_type: string;

  @IsIn(['pending', 'delivered', 'failed'])
  state: string;

  @IsInt()
  attempts: number;

  @IsOptional()
  @IsInt()
  last_status: number | null;

  @IsOptional()
  @IsString()
  last_error: string | null;

  @IsDate()
  next_at: Date;

  @IsOptional()
  @IsDate()
  delivered_at: Date | null;

  @IsDate()
  created_at: Date;
}
