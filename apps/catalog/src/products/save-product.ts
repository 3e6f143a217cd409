import type { Caller } from '@florin/access';
import { variantSaved } from '@florin/contracts';
import { isUniqueViolation, Transactions, type Tx } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest, ok, requireVersion } from '@florin/http';
import { newId, present, Refusal } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import type { ProductDto, SaveProductDto } from './product.dto';
import { ProductsRepository } from './products.repository';

/**
 * Creates or changes a product with all its variants, and tells what each now costs.
 * Refuses a SKU that the merchant already uses (409), a foreign category or variant (404), a variant that is listed twice
 * (422) and an old version (412).
 */
@Injectable()
export class SaveProduct {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly products: ProductsRepository,
    private readonly outbox: Outbox,
  ) {}

  create(caller: Caller, request: IdempotentRequest, input: SaveProductDto): Promise<Answered<ProductDto>> {
    return this.saving((tx) =>
      this.idempotency.once(tx, request, async () => created(await this.save(tx, caller, newId(), input, []))),
    );
  }

  change(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    version: number,
    input: SaveProductDto,
  ): Promise<Answered<ProductDto>> {
    return this.saving((tx) =>
      this.idempotency.once(tx, request, async () => {
        const before = await this.products.lock(tx, caller.merchantId, id);
        if (!before) throw productNotFound();
        requireVersion(version, before.version);
        return ok(await this.save(tx, caller, id, input, before.variantIds));
      }),
    );
  }

  private async save(
    tx: Tx,
    caller: Caller,
    id: string,
    input: SaveProductDto,
    known: readonly string[],
  ): Promise<ProductDto> {
    const merchantId = caller.merchantId;
    const currency = await this.products.merchantCurrency(tx, merchantId);
    if (currency === undefined) throw new Refusal('not_found', 'merchant_not_found', 'There is no such merchant.');
    if (input.category_id !== undefined && !(await this.products.ownsCategory(tx, merchantId, input.category_id))) {
      throw Refusal.field('not_found', 'category_id', 'category_not_found', 'There is no such category.');
    }
    const stranger = input.variants.findIndex((variant) => variant.id !== undefined && !known.includes(variant.id));
    if (stranger >= 0)
      throw Refusal.field(
        'not_found',
        `variants.${stranger}.id`,
        'variant_not_found',
        'This product has no such variant.',
      );
    const ids = input.variants.map((variant) => variant.id);
    const again = ids.findIndex((variantId, index) => variantId !== undefined && ids.indexOf(variantId) < index);
    if (again >= 0)
      throw Refusal.field('unprocessable', `variants.${again}.id`, 'variant_repeated', 'A variant can be listed once.');
    const row = {
      id,
      merchant_id: merchantId,
      category_id: input.category_id ?? null,
      title: input.title,
      description: input.description ?? '',
      active: input.active ?? true,
    };
    await this.products.upsert(tx, row);
    await this.products.saveVariants(
      tx,
      row,
      currency,
      input.variants.map((variant, position) => ({
        ...variant,
        id: variant.id ?? newId(),
        active: variant.active ?? true,
        position,
      })),
    );
    const product = present(await this.products.one(tx, id), 'a product that was just saved is there');
    await this.tell(tx, product);
    return product;
  }

  private async tell(tx: Tx, product: ProductDto): Promise<void> {
    await this.outbox.addAll(
      tx,
      variantSaved,
      product.variants.map((variant) => ({
        subject: variant.id,
        merchantId: product.merchant_id,
        data: {
          variantId: variant.id,
          productId: product.id,
          merchantId: product.merchant_id,
          sku: variant.sku,
          title: variant.title,
          categoryId: product.category_id ?? undefined,
          priceMinor: variant.price_minor,
          currency: variant.currency,
          taxRateBps: variant.tax_rate_bps,
          taxIncluded: variant.tax_included,
          active: variant.active && product.active,
          version: variant.version,
        },
      })),
    );
  }

  private async saving(work: (tx: Tx) => Promise<Answered<ProductDto>>): Promise<Answered<ProductDto>> {
    try {
      return await this.transactions.run(work);
    } catch (error) {
      if (isUniqueViolation(error, 'product_variants_merchant_id_sku_key')) {
        throw Refusal.field(
          'conflict',
          'variants',
          'sku_taken',
          'Another variant of this merchant has one of these SKUs.',
        );
      }
      throw error;
    }
  }
}

export function productNotFound(): Refusal {
  return new Refusal('not_found', 'product_not_found', 'There is no such product.');
}
