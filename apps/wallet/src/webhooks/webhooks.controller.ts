import { Public } from '@florin/access';
import { Answers, Reads } from '@florin/http';
import { Controller, HttpCode, Post, type RawBodyRequest, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { IncomingWebhook } from '../processors/card-processor';
import { ReceiveWebhook } from './receive-webhook';
import { PaypalSignature, StripeSignature } from './signature';
import { PaypalEventDto, StripeEventDto, WebhookAnswerDto } from './webhook.dto';

/** For card processors alone, each at its own address: the signature is the identity. */
@Controller('payments/webhooks')
export class WebhooksController {
  constructor(private readonly receiveWebhook: ReceiveWebhook) {}

  /** `sandbox` is the name that the local run knows it by. */
  @Post(['stripe', 'sandbox'])
  @Public()
  @HttpCode(200)
  @Reads(StripeEventDto)
  @Answers(WebhookAnswerDto)
  stripe(@Req() request: RawBodyRequest<FastifyRequest>, @StripeSignature() _: unknown): Promise<WebhookAnswerDto> {
    return this.receiveWebhook.execute('stripe', arrivedIn(request));
  }

  @Post('paypal')
  @Public()
  @HttpCode(200)
  @Reads(PaypalEventDto)
  @Answers(WebhookAnswerDto)
  paypal(@Req() request: RawBodyRequest<FastifyRequest>, @PaypalSignature() _: unknown): Promise<WebhookAnswerDto> {
    return this.receiveWebhook.execute('paypal', arrivedIn(request));
  }
}

/** By the wall clock, as processors sign: a moved clock of the local run is not their clock. */
function arrivedIn({ rawBody, headers }: RawBodyRequest<FastifyRequest>): IncomingWebhook {
  return { body: rawBody ?? Buffer.alloc(0), headers, at: new Date() };
}
