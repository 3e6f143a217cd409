import { FastifyAdapter } from '@nestjs/platform-fastify';

/** The Fastify adapter every service and test uses: `NestFactory.create(Module, httpAdapter())`. */
export function httpAdapter(): FastifyAdapter {
  return new FastifyAdapter();
}
