import { IsId } from '@florin/http';
import { IsDate, IsIn, IsInt, IsOptional, IsString } from 'class-validator';

/** One message and how it fared. The address is masked. */
export class MessageDto {
  @IsId()
  id: string;

  @IsId()
  user_id: string;

  @IsString()
  channel: string;

  @IsString()
  intent: string;

  @IsString()
  template: string;

  @IsString()
  recipient_masked: string;

  @IsIn(['pending', 'sent', 'failed'])
  state: string;

  @IsInt()
  attempts: number;

  @IsOptional()
  @IsString()
  last_error: string | null;

  @IsDate()
  created_at: Date;

  @IsOptional()
  @IsDate()
  sent_at: Date | null;
}
