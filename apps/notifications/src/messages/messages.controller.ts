import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Reads } from '@florin/database';
import {
  type Answered,
  Answers,
  decodeCursor,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  IsId,
  page,
  type Page,
  PageQuery,
} from '@florin/http';
import { Controller, Get, Post, Query } from '@nestjs/common';
import { IsIn, IsOptional } from 'class-validator';
import { masked } from './masked';
import { MessageDto } from './message.dto';
import { ResendMessage } from './resend-message';

class MessagesQuery extends PageQuery {
  @IsOptional()
  @IsIn(['pending', 'sent', 'failed'])
  state?: string;
}

class ResentDto {
  @IsId()
  id: string;
}

@Controller('notifications/messages')
export class MessagesController {
  constructor(
    private readonly reads: Reads,
    private readonly resendMessage: ResendMessage,
  ) {}

  /** The delivery log of the merchant, newest first. */
  @Get()
  @Requires('notifications.delivery:read')
  @Answers(MessageDto, { page: true })
  async list(@CurrentCaller() caller: Caller, @Query() query: MessagesQuery): Promise<Page<MessageDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<Omit<MessageDto, 'recipient_masked'> & { recipient: string }>(
      `SELECT id, user_id, channel, intent, template, recipient, state, attempts, last_error, created_at, sent_at FROM notifications
       WHERE merchant_id = $1 AND ($2::text IS NULL OR state = $2) AND ($3::uuid IS NULL OR id < $3::uuid) ORDER BY id DESC LIMIT $4`,
      [caller.merchantId, query.state ?? null, after?.id ?? null, query.limit + 1],
    );
    const shown = rows.map(({ recipient, ...message }) => ({ ...message, recipient_masked: masked(recipient) }));
    return page(shown, query.limit, ({ id }) => ({ id }));
  }

  @Post(':id/resend')
  @Requires('notifications.delivery:write')
  @Idempotent()
  @Answers(ResentDto, { status: 202 })
  resend(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
  ): Promise<Answered<ResentDto>> {
    return this.resendMessage.execute(caller, request, id);
  }
}
