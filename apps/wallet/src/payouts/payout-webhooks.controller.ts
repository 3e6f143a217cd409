import { Public } from '@florin/access';
import { Answers, fromHeader, Reads } from '@florin/http';
import { Controller, HttpCode, Param, Post, type RawBodyRequest, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PayoutEventDto, PayoutWebhookAnswerDto } from './payout-webhook.dto';
import { ReceivePayoutWebhook } from './receive-payout-webhook';

const Signature = fromHeader(
  { name: 'X-Signature', required: true, description: 'Hex HMAC-SHA256 over the bytes of the body.' },
  (value) => value,
);
const EventId = fromHeader(
  { name: 'X-Webhook-ID', required: true, description: 'Each event counts once.', maxLength: 200 },
  (value) => value,
);
const Topic = fromHeader(
  { name: 'X-Topic', required: false, description: '`payment_order`; others are kept and ignored.' },
  (value) => value,
);

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
