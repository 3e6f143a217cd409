import type { Caller } from '@florin/access';
import { Reads, Transactions } from '@florin/database';
import { Answered } from '@florin/http';
import { Refusal, secondMs, sleep } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { TopupDto } from './topup.dto';
import { TopupsRepository } from './topups.repository';

/** A top-up waits for a person, so looking a few times a second is cheap enough. */
const lookEveryMs = 100;

@Injectable()
export class TopupQueries {
  constructor(
    private readonly reads: Reads,
    private readonly transactions: Transactions,
    private readonly topups: TopupsRepository,
  ) {}

  /** One of the caller's own, made at the merchant in force. */
  async one({ merchantId, subject }: Caller, id: string): Promise<TopupDto> {
    const topup = await this.topups.one(this.reads, merchantId, subject, id);
    if (!topup) throw new Refusal('not_found', 'topup_not_found', 'There is no such top-up.');
    return topup;
  }

  /** How the top-up ended with 201, or what was asked for with 202 when it has not ended in time. */
  async awaitEnd(
    { merchantId, subject }: Caller,
    asked: Answered<TopupDto>,
    waitSeconds: number,
  ): Promise<Answered<TopupDto>> {
    const until = Date.now() + waitSeconds * secondMs;
    while (Date.now() < until) {
      const topup = await this.transactions.run((tx) => this.topups.one(tx, merchantId, subject, asked.body.id));
      if (topup && topup.state !== 'requested') return new Answered(201, topup, asked.replayed);
      await sleep(lookEveryMs);
    }
    return asked;
  }
}
