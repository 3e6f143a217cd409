import type { OpenAPIObject } from '@nestjs/swagger';

type Components = NonNullable<OpenAPIObject['components']>;

/** The error of every route, and the answer that carries it. */
export const problemComponents = {
  schemas: {
    Problem: {
      type: 'object',
      description: 'An error (RFC 9457). Programs look at `code`, people read `detail`, support asks for `request_id`.',
      required: ['type', 'title', 'status', 'detail', 'code', 'request_id'],
      properties: {
        type: { type: 'string', format: 'uri' },
        title: { type: 'string' },
        status: { type: 'integer', minimum: 400, maximum: 599 },
        detail: { type: 'string' },
        code: { type: 'string', description: 'Stable; new ones may be added.' },
        request_id: { type: 'string' },
        errors: {
          type: 'array',
          description: 'The fields at fault.',
          items: {
            type: 'object',
            required: ['field', 'code', 'message'],
            properties: { field: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
          },
        },
      },
    },
  },
  responses: {
    Problem: {
      description: 'The request failed.',
      headers: { 'Request-Id': { schema: { type: 'string' } } },
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  },
  securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'at+jwt' } },
} satisfies Components;
