import { BoundedText, IsId } from '@florin/http';
import { IsDate, IsInt, IsString, Max, Min } from 'class-validator';

export class StockReceiptDto {
  @IsId()
  variant_id: string;

  /** Whole units that came in. */
  @IsInt()
  @Min(1)
  @Max(10_000_000)
  quantity: number;

  /** The delivery note or purchase order it came with. */
  @BoundedText(200)
  reference: string;
}

export class StockLevelDto {
  @IsId()
  variant_id: string;

  @IsInt()
  received: number;

  @IsInt()
  available: number;

  @IsInt()
  reserved: number;

  @IsInt()
  sold: number;
}

/** One change; the numbers are signed differences. */
export class StockMovementDto {
  @IsId()
  id: string;

  @IsString()
  kind: string;

  @IsInt()
  received: number;

  @IsInt()
  available: number;

  @IsInt()
  reserved: number;

  @IsInt()
  sold: number;

  @IsString()
  reference: string;

  @IsDate()
  moved_at: Date;
}
