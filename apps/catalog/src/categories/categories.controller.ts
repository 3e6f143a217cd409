import { type Caller, CurrentCaller, Public, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  type Page,
} from '@florin/http';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { BrowseQuery } from '../products/product.dto';
import { CategoryDto, CreateCategoryDto } from './category.dto';
import { CategoryQueries } from './category-queries';
import { CreateCategory } from './create-category';

@Controller('categories')
export class CategoriesController {
  constructor(
    private readonly createCategory: CreateCategory,
    private readonly queries: CategoryQueries,
  ) {}

  @Post()
  @Requires('catalog.product:write')
  @Idempotent()
  @Answers(CategoryDto, { status: 201 })
  create(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: CreateCategoryDto,
  ): Promise<Answered<CategoryDto>> {
    return this.createCategory.execute(caller, request, input);
  }

  @Get()
  @Public()
  @Answers(CategoryDto, { page: true })
  list(@Query() query: BrowseQuery): Promise<Page<CategoryDto>> {
    return this.queries.list(query);
  }
}
