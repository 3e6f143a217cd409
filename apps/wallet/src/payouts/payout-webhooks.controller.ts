import { Public } from '@florin/access';
import { Answers, Reads } from '@florin/http';
import { Controller, HttpCode, Param, Post, type RawBodyRequest, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PayoutEventDto, PayoutWebhookAnswerDto } from './payout-webhook.dto';
import { EventId, Signature, Topic } from './payout-webhook-headers';
import { ReceivePayoutWebhook } from './receive-payout-webhook';

type Header = string | string[] | undefined;

@Controller('payouts/webhooks')
export class PayoutWebhooksController {
  constructor(private readonly receiveWebhook: ReceivePayoutWebhook) {}

  /** For the payout provider alone: its signature is its identity. */
  @Post(':provider')
  @Public()
  @HttpCode(200)
  @Reads(PayoutEventDto)
  @Answers(PayoutWebhookAnswerDto)
  receive(
    @Param('provider') provider: string,
    @Req() request: RawBodyRequest<FastifyRequest>,
    @Signature() signature: Header,
    @EventId() eventId: Header,
    @Topic() topic: Header,
  ): Promise<PayoutWebhookAnswerDto> {
    return this.receiveWebhook.execute(provider, request.rawBody ?? Buffer.alloc(0), {
      'x-signature': signature,
      'x-webhook-id': eventId,
      'x-topic': topic,
    });
  }
}
