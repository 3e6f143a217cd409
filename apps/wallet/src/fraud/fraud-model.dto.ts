import { IsBoolean, IsDate, IsInt, IsNumber, IsObject, IsOptional, IsString } from 'class-validator';

/** A trained model, and why it is in use or not. */
export class FraudModelDto {
  @IsInt()
  version: number;

  @IsInt()
  examples: number;

  /** Of them, how many were fraud. */
  @IsInt()
  frauds: number;

  @IsInt()
  held_out: number;

  /** On the examples it never saw; 0.5 is guessing. */
  @IsOptional()
  @IsNumber()
  auc: number | null;

  /** What each number adds to the log-odds with each standard deviation. */
  @IsObject()
  weights: Record<string, number>;

  @IsString()
  digest: string;

  @IsBoolean()
  active: boolean;

  @IsString()
  reason: string;

  @IsDate()
  trained_at: Date;
}
