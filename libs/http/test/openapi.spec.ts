import { Body, Controller, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Public, Requires } from '@florin/access';
import Ajv from 'ajv';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsEmail,
  IsEnum,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import {
  Answers,
  BoundedText,
  Field,
  Idempotent,
  IdParam,
  IfMatch,
  IsCurrency,
  IsId,
  IsMinor,
  PageQuery,
  RateLimit,
  Reads,
  WaitSeconds,
} from '../src';
import { startApp, TestIssuer } from './probe-app';

enum Channel {
  mail = 'mail',
  push = 'push',
}

class PriceDto {
  @IsMinor({ max: 1_000 })
  amount_minor: number;

  @IsCurrency()
  currency: string;
}

class BaseDto {
  @IsId()
  id: string;
}

class ProductDto extends BaseDto {
  @BoundedText(80)
  title: string;

  @ValidateNested()
  @Type(() => PriceDto)
  price: PriceDto;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(5)
  @ValidateNested({ each: true })
  @Type(() => PriceDto)
  prices: PriceDto[];

  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  @Matches(/^[a-z]+$/, { each: true })
  tags?: string[];

  @IsEnum(Channel)
  channel: Channel;

  @IsIn(['draft', 'active'])
  status: string;

  @IsOptional()
  @IsEmail()
  contact?: string;

  @IsBoolean()
  active = true;
}

class LineView {
  @Field()
  sku: string;

  @Field()
  total_minor: number;
}

class ReceiptView {
  @Field({ format: 'uuid' })
  id: string;

  @Field({ type: () => [LineView] })
  lines: LineView[];

  @Field({ nullable: true, description: 'When it was paid.' })
  paid_at: string | null;

  @Field({ enum: ['open', 'paid'] })
  status: string;

  @Field({ optional: true })
  settled_at?: Date;
}

class SearchQuery extends PageQuery {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(5)
  stars?: number;
}

@Controller('products')
class ProductsController {
  @Get()
  @Requires('catalog.product:read')
  @Answers(ReceiptView, { page: true })
  search(@Query() query: SearchQuery) {
    return query;
  }

  @Post()
  @Requires('catalog.product:write')
  @Idempotent()
  @RateLimit({ limit: 1, windowSeconds: 1 })
  @Answers(ReceiptView, { status: [202, 201], description: 'Accepted.' })
  createProduct(@Body() body: ProductDto, @WaitSeconds() waitSeconds: number) {
    return { body, waitSeconds };
  }

  @Patch(':productId')
  @Requires('catalog.product:write')
  @Answers([ProductDto])
  change(@IdParam('productId') id: string, @IfMatch() version: number, @Body() body: PriceDto) {
    return { id, version, body };
  }

  @Post('told')
  @Public()
  @HttpCode(200)
  @Reads(LineView)
  told() {
    return {};
  }

  @Get('open')
  @Public()
  open() {
    return {};
  }
}

type Json = Record<string, never>;
let app: NestFastifyApplication;
let document: {
  openapi: string;
  paths: Record<string, Record<string, Json>>;
  components: { schemas: Record<string, { properties: Json; required: string[] }> };
};
beforeAll(async () => {
  app = await startApp(await TestIssuer.create(), [ProductsController]);
  const answer = await app.inject('/openapi.json');
  expect(answer.statusCode).toBe(200);
  document = answer.json();
});
afterAll(() => app.close());

describe('the OpenAPI document', () => {
  it('GW-03: is 3.1 and knows every route under its public path', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.entries(document.paths).map(([path, item]) => [path, Object.keys(item)])).toEqual([
      ['/api/v1/products', ['get', 'post']],
      ['/api/v1/products/{productId}', ['patch']],
      ['/api/v1/products/told', ['post']],
      ['/api/v1/products/open', ['get']],
    ]);
  });

  it('GW-03: derives request schemas from the validation decorators, inherited ones too', () => {
    const product = document.components.schemas['ProductDto'];
    expect(product?.required.sort()).toEqual(['channel', 'id', 'price', 'prices', 'status', 'title']);
    const properties = product?.properties as unknown as Record<string, unknown>;
    expect(properties).toMatchObject({
      id: { type: 'string', format: 'uuid' },
      title: { type: 'string', minLength: 1, maxLength: 80 },
      prices: { type: 'array', minItems: 1, maxItems: 5, items: { $ref: '#/components/schemas/PriceDto' } },
      tags: { type: 'array', items: { type: 'string', pattern: '^[a-z]+$' } },
      status: { type: 'string', enum: ['draft', 'active'] },
      contact: { type: 'string', format: 'email' },
      active: { type: 'boolean', default: true },
    });
    expect(JSON.stringify(properties['price'])).toContain('#/components/schemas/PriceDto');
    expect(JSON.stringify(properties['channel'])).toMatch(/"enum":\["mail","push"\]/);
    expect(document.components.schemas['PriceDto']?.properties).toEqual({
      amount_minor: { type: 'integer', minimum: 0, maximum: 1_000 },
      currency: { type: 'string', minLength: 3, maxLength: 3, pattern: '^[A-Z]{3}$' },
    });
  });

  it('GW-03: shows answers: one, a list, a page', () => {
    const success = (path: string, method: string, status: string) => {
      const operation = document.paths[path]?.[method] as unknown as {
        responses: Record<string, { content: Record<string, { schema: unknown }> }>;
      };
      return operation.responses[status]?.content['application/json']?.schema;
    };
    expect(success('/api/v1/products', 'post', '202')).toEqual({ $ref: '#/components/schemas/ReceiptView' });
    expect(success('/api/v1/products/{productId}', 'patch', '200')).toEqual({
      type: 'array',
      items: { $ref: '#/components/schemas/ProductDto' },
    });
    expect(success('/api/v1/products', 'get', '200')).toMatchObject({
      properties: { data: { items: { $ref: '#/components/schemas/ReceiptView' } } },
    });
    expect(document.components.schemas['ReceiptView']?.properties).toMatchObject({
      id: { format: 'uuid' },
      lines: { type: 'array', items: { $ref: '#/components/schemas/LineView' } },
      paid_at: { type: ['string', 'null'], format: 'date-time' },
      status: { enum: ['open', 'paid'] },
    });
    expect(document.components.schemas['LineView']?.properties).toMatchObject({ total_minor: { type: 'integer' } });
  });

  it('GW-03: says by itself what our decorators demand', () => {
    const post = document.paths['/api/v1/products']?.['post'] as unknown as Record<string, unknown> & {
      parameters: { name: string }[];
      responses: object;
    };
    expect(post).toMatchObject({
      operationId: 'probeProductsCreateProduct',
      summary: 'Create product',
      security: [{ bearer: [] }],
      'x-permissions': ['catalog.product:write'],
    });
    expect(post.parameters.map(({ name }) => name)).toEqual(['Idempotency-Key', 'X-Merchant-Id', 'Prefer']);
    expect(Object.keys(post.responses)).toEqual(
      expect.arrayContaining(['202', '400', '401', '403', '409', '413', '415', '422', '429', '500', '503', 'default']),
    );
    const patch = document.paths['/api/v1/products/{productId}']?.['patch'] as unknown as typeof post;
    expect(patch.parameters.map(({ name }) => name)).toEqual(['productId', 'If-Match', 'X-Merchant-Id']);
    expect(Object.keys(patch.responses)).toEqual(expect.arrayContaining(['404', '412', '428']));
    const open = document.paths['/api/v1/products/open']?.['get'] as unknown as typeof post;
    expect(open).toMatchObject({ security: [] });
    const search = document.paths['/api/v1/products']?.['get'] as unknown as {
      parameters: { name: string; required: boolean; schema: unknown }[];
    };
    expect(search.parameters).toEqual(
      expect.arrayContaining([
        {
          name: 'limit',
          in: 'query',
          required: false,
          schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
        },
        { name: 'stars', in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 5 } },
      ]),
    );
  });

  it('GW-03: names every status of success, and a body that is read as bytes', () => {
    const answersOf = (path: string) => document.paths[path]?.['post'] as unknown as { responses: object };
    const successes = (path: string) => Object.keys(answersOf(path).responses).filter((status) => status < '300');
    expect(successes('/api/v1/products')).toEqual(['201', '202']);
    expect(successes('/api/v1/products/told')).toEqual(['200']);
    expect(answersOf('/api/v1/products/told')).toMatchObject({
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: expect.stringMatching(/LineView$/) } } },
      },
    });
  });

  it('GW-03: every schema is one that a JSON Schema compiler accepts, with no dangling reference', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'api', components: document.components });
    for (const name of Object.keys(document.components.schemas))
      expect(() => ajv.compile({ $ref: `api#/components/schemas/${name}` })).not.toThrow();
    const text = JSON.stringify(document);
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
      expect(document.components.schemas).toHaveProperty(name);
    expect(text).not.toContain('"nullable"');
  });
});
