import { type Caller, CurrentCaller, Public, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  IfMatch,
  type Page,
  tag,
} from '@florin/http';
import { Body, Controller, Get, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ProductDto, ProductsQuery, SaveProductDto } from './product.dto';
import { ProductQueries } from './product-queries';
import { SaveProduct } from './save-product';

@Controller('products')
export class ProductsController {
  constructor(
    private readonly saveProduct: SaveProduct,
    private readonly queries: ProductQueries,
  ) {}

  @Post()
  @Requires('catalog.product:write')
  @Idempotent()
  @Answers(ProductDto, { status: 201 })
  create(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: SaveProductDto,
  ): Promise<Answered<ProductDto>> {
    return this.saveProduct.create(caller, request, input);
  }

  /** Replaces the product and its list of variants; a variant left out is no longer sold. */
  @Put(':id')
  @Requires('catalog.product:write')
  @Idempotent()
  @Answers(ProductDto)
  change(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @IfMatch() version: number,
    @Body() input: SaveProductDto,
  ): Promise<Answered<ProductDto>> {
    return this.saveProduct.change(caller, request, id, version, input);
  }

  @Get()
  @Public()
  @Answers(ProductDto, { page: true })
  list(@Query() query: ProductsQuery): Promise<Page<ProductDto>> {
    return this.queries.list(query);
  }

  @Get(':id')
  @Public()
  @Answers(ProductDto)
  async one(@IdParam('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<ProductDto> {
    const product = await this.queries.one(id);
    tag(reply, product.version);
    return product;
  }
}
