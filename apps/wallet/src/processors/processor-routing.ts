import type { Caller } from '@florin/access';
import { isUniqueViolation, Reads, Transactions, type Tx } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok, requireVersion } from '@florin/http';
import { present, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { defaultProcessor, Processors } from './processors';
import type { RoutedProcessorDto, RoutingDto, RoutingVersionDto, SaveRoutingDto } from './routing.dto';

const mostVersions = 100;

/**
 * Which processor takes a merchant's payments in a currency: the first of the list that is enabled. It holds for payments
 * that start from now on; each payment stays where it began. Every change is a version that says who made it.
 */
@Injectable()
export class ProcessorRouting {
  constructor(
    private readonly transactions: Transactions,
    private readonly reads: Reads,
    private readonly idempotency: Idempotency,
    private readonly processors: Processors,
  ) {}

  /** Version 0, with the default processor, where nobody has chosen yet. */
  async one(merchantId: string, currency: string): Promise<RoutingDto> {
    const [newest] = await this.versions(merchantId, currency, 1);
    if (newest)
      return { currency, version: newest.version, processors: newest.processors, set_up: this.processors.names };
    const processors = [{ processor: defaultProcessor, enabled: true }];
    return { currency, version: 0, processors, set_up: this.processors.names };
  }

  /** What it was before, newest first. */
  versions(merchantId: string, currency: string, limit = mostVersions): Promise<RoutingVersionDto[]> {
    return this.reads.query<RoutingVersionDto>(
      `SELECT version, processors, changed_by, changed_at FROM payment_processor_versions
       WHERE merchant_id = $1 AND currency = $2 ORDER BY version DESC LIMIT $3`,
      [merchantId, currency, limit],
    );
  }

  /** Refuses a processor that is not set up here (422), a list without one that is enabled (422) and an old version (412). */
  async save(
    caller: Caller,
    request: IdempotentRequest,
    version: number,
    input: SaveRoutingDto,
  ): Promise<Answered<RoutingDto>> {
    const { currency } = input;
    const preferred = this.preferredOf(input.processors);
    const { merchantId, subject } = caller;
    try {
      return await this.transactions.run((tx) =>
        this.idempotency.once(tx, request, async () => {
          const [now] = await tx.query<{ version: number }>(
            'SELECT version FROM payment_processors WHERE merchant_id = $1 AND currency = $2 FOR UPDATE',
            [merchantId, currency],
          );
          requireVersion(version, now?.version ?? 0);
          await this.write(tx, [merchantId, currency, version + 1, preferred], input.processors, subject);
          return ok({ currency, version: version + 1, processors: input.processors, set_up: this.processors.names });
        }),
      );
    } catch (error) {
      // Two made the first version at the same time: the second one's reader has not seen it.
      if (isUniqueViolation(error, 'payment_processors_pkey')) requireVersion(version, version + 1);
      throw error;
    }
  }

  private async write(
    tx: Tx,
    routing: readonly [string, string, number, string],
    processors: readonly RoutedProcessorDto[],
    changedBy: string,
  ): Promise<void> {
    const [merchantId, currency, version] = routing;
    await tx.execute(
      version === 1
        ? 'INSERT INTO payment_processors (merchant_id, currency, version, preferred) VALUES ($1, $2, $3, $4)'
        : 'UPDATE payment_processors SET version = $3, preferred = $4, updated_at = now() WHERE merchant_id = $1 AND currency = $2',
      routing,
    );
    await tx.execute(
      'INSERT INTO payment_processor_versions (merchant_id, currency, version, processors, changed_by) VALUES ($1, $2, $3, $4, $5)',
      [merchantId, currency, version, JSON.stringify(processors), changedBy],
    );
  }

  private preferredOf(processors: readonly RoutedProcessorDto[]): string {
    processors.forEach(({ processor }, index) => {
      const field = `processors[${index}].processor`;
      if (!this.processors.has(processor))
        throw Refusal.field('unprocessable', field, 'processor_not_found', 'This processor is not set up here.');
      if (processors.findIndex((other) => other.processor === processor) !== index)
        throw Refusal.field('unprocessable', field, 'processor_repeated', 'Each processor has one place.');
    });
    const first = processors.find(({ enabled }) => enabled);
    if (!first) throw Refusal.field('unprocessable', 'processors', 'none_enabled', 'One processor must be enabled.');
    return present(first.processor, 'an enabled processor has a name');
  }
}
