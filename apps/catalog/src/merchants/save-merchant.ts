import { merchantSaved } from '@florin/contracts';
import { isUniqueViolation, Transactions, type Tx } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest, ok, requireVersion } from '@florin/http';
import { newId, Refusal } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import type { MerchantDto, SaveMerchantDto } from './merchant.dto';

const columns = 'id, name, slug, currency, time_zone, version, created_at, updated_at';

/** Creates or changes a merchant and tells everyone. Refuses a slug that is taken (409) and a version that is not the latest (412). */
@Injectable()
export class SaveMerchant {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly outbox: Outbox,
  ) {}

  create(request: IdempotentRequest, input: SaveMerchantDto): Promise<Answered<MerchantDto>> {
    return this.saving((tx) =>
      this.idempotency.once(tx, request, async () => {
        const [merchant] = await tx.query<MerchantDto>(
          `INSERT INTO merchants (id, name, slug, currency, time_zone) VALUES ($1, $2, $3, $4, $5) RETURNING ${columns}`,
          [newId(), input.name, input.slug, input.currency, input.time_zone],
        );
        return created(await this.tell(tx, merchant));
      }),
    );
  }

  change(
    request: IdempotentRequest,
    id: string,
    version: number,
    input: SaveMerchantDto,
  ): Promise<Answered<MerchantDto>> {
    return this.saving((tx) =>
      this.idempotency.once(tx, request, async () => {
        const [before] = await tx.query<MerchantDto>(`SELECT ${columns} FROM merchants WHERE id = $1 FOR UPDATE`, [id]);
        if (!before) throw merchantNotFound();
        requireVersion(version, before.version);
        if (before.currency !== input.currency) {
          throw Refusal.field(
            'unprocessable',
            'currency',
            'currency_fixed',
            'The currency of a merchant cannot change: its prices are in it.',
          );
        }
        const [merchant] = await tx.query<MerchantDto>(
          `UPDATE merchants SET name = $2, slug = $3, time_zone = $4, version = version + 1, updated_at = now()
           WHERE id = $1 RETURNING ${columns}`,
          [id, input.name, input.slug, input.time_zone],
        );
        return ok(await this.tell(tx, merchant));
      }),
    );
  }

  private async tell(tx: Tx, merchant: MerchantDto | undefined): Promise<MerchantDto> {
    if (!merchant) throw merchantNotFound();
    const { id, name, currency, time_zone: timeZone, version } = merchant;
    await this.outbox.add(
      tx,
      merchantSaved,
      id,
      { merchantId: id, name, currency, timeZone, version },
      { merchantId: id },
    );
    return merchant;
  }

  private async saving(work: (tx: Tx) => Promise<Answered<MerchantDto>>): Promise<Answered<MerchantDto>> {
    try {
      return await this.transactions.run(work);
    } catch (error) {
      if (isUniqueViolation(error, 'merchants_slug_key')) {
        throw Refusal.field('conflict', 'slug', 'slug_taken', 'Another merchant has this slug.');
      }
      throw error;
    }
  }
}

export function merchantNotFound(): Refusal {
  return new Refusal('not_found', 'merchant_not_found', 'There is no such merchant.');
}
