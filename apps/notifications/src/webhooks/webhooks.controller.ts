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
import { Body, Controller, Delete, Get, Post, Query } from '@nestjs/common';
import { IsIn, IsOptional } from 'class-validator';
import { KeepEndpoints } from './keep-endpoints';
import { CreatedEndpointDto, CreateEndpointDto, DeliveryDto, EndpointDto } from './webhook.dto';

class DeliveriesQuery extends PageQuery {
  @IsOptional()
  @IsIn(['pending', 'delivered', 'failed'])
  state?: string;
}

class IdDto {
  @IsId()
  id: string;
}

@Controller('webhooks')
export class WebhooksController {
  constructor(
    private readonly keepEndpoints: KeepEndpoints,
    private readonly reads: Reads,
  ) {}

  /** The secret is in this answer and nowhere else. */
  @Post('endpoints')
  @Requires('notifications.webhook:write')
  @Idempotent()
  @Answers(CreatedEndpointDto, { status: 201 })
  add(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: CreateEndpointDto,
  ): Promise<Answered<CreatedEndpointDto>> {
    return this.keepEndpoints.add(caller, request, input);
  }

  @Get('endpoints')
  @Requires('notifications.webhook:read')
  @Answers(EndpointDto, { page: true })
  async endpoints(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<EndpointDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<EndpointDto>(
      `SELECT id, url, event_types, active, created_at FROM webhook_endpoints
       WHERE merchant_id = $1 AND ($2::uuid IS NULL OR id < $2::uuid) ORDER BY id DESC LIMIT $3`,
      [caller.merchantId, after?.id ?? null, query.limit + 1],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  @Delete('endpoints/:id')
  @Requires('notifications.webhook:write')
  @Idempotent()
  @Answers(IdDto)
  end(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
  ): Promise<Answered<IdDto>> {
    return this.keepEndpoints.end(caller, request, id);
  }

  /** Every delivery of the merchant and how it fares, newest first. */
  @Get('deliveries')
  @Requires('notifications.webhook:read')
  @Answers(DeliveryDto, { page: true })
  async deliveries(@CurrentCaller() caller: Caller, @Query() query: DeliveriesQuery): Promise<Page<DeliveryDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<DeliveryDto>(
      `SELECT id, endpoint_id, event_id, event_type, state, attempts, last_status, last_error, next_at, delivered_at, created_at FROM webhook_deliveries
       WHERE merchant_id = $1 AND ($2::text IS NULL OR state = $2) AND ($3::uuid IS NULL OR id < $3::uuid) ORDER BY id DESC LIMIT $4`,
      [caller.merchantId, query.state ?? null, after?.id ?? null, query.limit + 1],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  @Post('deliveries/:id/resend')
  @Requires('notifications.webhook:write')
  @Idempotent()
  @Answers(IdDto, { status: 202 })
  resend(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
  ): Promise<Answered<IdDto>> {
    return this.keepEndpoints.resend(caller, request, id);
  }
}
