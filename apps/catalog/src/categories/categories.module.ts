import { Module } from '@nestjs/common';
import { CategoriesController } from './categories.controller';
import { CategoryQueries } from './category-queries';
import { CreateCategory } from './create-category';

@Module({ controllers: [CategoriesController], providers: [CategoryQueries, CreateCategory] })
export class CategoriesModule {}
