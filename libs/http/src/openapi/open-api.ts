import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import type { DocumentParts } from './document';

/** The OpenAPI document of the service: built when it is first asked for, so that it costs nothing at start and at rest. */
export class OpenApi {
  private built: Promise<OpenAPIObject> | undefined;

  constructor(private readonly parts: DocumentParts) {}

  document(): Promise<OpenAPIObject> {
    this.built ??= import('./document').then(({ buildDocument }) => buildDocument(this.parts));
    return this.built;
  }

  /** Answers /openapi.json, outside the global prefix. */
  serve(fastify: FastifyInstance): void {
    fastify.get('/openapi.json', async (_request, reply) => {
      // As bytes: it describes fields such as `password`, which no other answer may hold.
      const document = Buffer.from(JSON.stringify(await this.document()));
      return reply
        .header('Content-Type', 'application/json; charset=utf-8')
        .header('Cache-Control', 'no-cache')
        .send(document);
    });
  }
}
