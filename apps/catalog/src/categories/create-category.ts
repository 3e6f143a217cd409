import type { Caller } from '@florin/access';
import { isForeignKeyViolation, isUniqueViolation, Transactions } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { newId, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { CategoryDto, CreateCategoryDto } from './category.dto';

/** Creates a category of the caller's merchant, under a parent of the same merchant or at the top. */
@Injectable()
export class CreateCategory {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
  ) {}

  async execute(caller: Caller, request: IdempotentRequest, input: CreateCategoryDto): Promise<Answered<CategoryDto>> {
    try {
      return await this.transactions.run((tx) =>
        this.idempotency.once(tx, request, async () => {
          if (input.parent_id !== undefined) {
            const parents = await tx.query('SELECT 1 FROM categories WHERE id = $1 AND merchant_id = $2', [
              input.parent_id,
              caller.merchantId,
            ]);
            if (parents.length === 0) throw categoryNotFound('parent_id');
          }
          const [category] = await tx.query<CategoryDto>(
            `INSERT INTO categories (id, merchant_id, parent_id, name, slug) VALUES ($1, $2, $3, $4, $5)
             RETURNING id, merchant_id, parent_id, name, slug, created_at`,
            [newId(), caller.merchantId, input.parent_id ?? null, input.name, input.slug],
          );
          return created(category as CategoryDto);
        }),
      );
    } catch (error) {
      if (isUniqueViolation(error))
        throw Refusal.field('conflict', 'slug', 'slug_taken', 'Another category has this slug.');
      if (isForeignKeyViolation(error))
        throw new Refusal('not_found', 'merchant_not_found', 'There is no such merchant.');
      throw error;
    }
  }
}

export function categoryNotFound(field: string): Refusal {
  return Refusal.field('not_found', field, 'category_not_found', 'There is no such category.');
}
