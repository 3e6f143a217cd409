import { Controller, Get, Res } from '@nestjs/common';
import { Public } from '@florin/access';
import { PrometheusController } from '@willsoto/nestjs-prometheus';
import type { FastifyReply } from 'fastify';

/** What Prometheus reads. No token: the network policy lets only Prometheus in, and the edge does not pass it on. */
@Public()
@Controller()
export class MetricsController extends PrometheusController {
  @Get()
  override index(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    return super.index(reply);
  }
}
