import { Public } from '@florin/access';
import { Answers, Reads } from '@florin/http';
import { Controller, HttpCode, Post, type RawBodyRequest, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { WalletConfig } from '../config';
import { ReceiveWebhook } from './receive-webhook';
import { Signature } from './signature';
import { verifySignature } from './stripe-signature';
import { WebhookAnswerDto, WebhookEventDto } from './webhook.dto';

@Controller('payments/webhooks')
export class WebhooksController {
  constructor(
    private readonly receiveWebhook: ReceiveWebhook,
    private readonly config: WalletConfig,
  ) {}

  /** For the card processor alone: its signature is its identity. */
  @Post('sandbox')
  @Public()
  @HttpCode(200)
  @Reads(WebhookEventDto)
  @Answers(WebhookAnswerDto)
  receive(
    @Req() request: RawBodyRequest<FastifyRequest>,
    @Signature() signature: string | undefined,
  ): Promise<WebhookAnswerDto> {
    const body = request.rawBody ?? Buffer.alloc(0);
    // By the wall clock, as the processor signs: a moved clock of the local run is not its clock.
    verifySignature(signature, body, this.config.PROCESSOR_WEBHOOK_SECRET, Math.floor(Date.now() / 1_000));
    return this.receiveWebhook.execute(body);
  }
}
