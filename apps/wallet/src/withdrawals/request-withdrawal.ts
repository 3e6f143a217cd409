import type { Caller } from '@florin/access';
import { Transactions, type Tx } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { Injectable } from '@nestjs/common';
import { BeginWithdrawal } from './begin-withdrawal';
import type { RequestWithdrawalDto, WithdrawalDetailDto } from './withdrawal.dto';
import { WithdrawalQueries } from './withdrawal-queries';

/** Takes a member's wish to have money paid out. Sets the money aside at once; who has to approve is decided by the amount. */
@Injectable()
export class RequestWithdrawal {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly beginWithdrawal: BeginWithdrawal,
    private readonly queries: WithdrawalQueries,
  ) {}

  /** Refuses what the settings, the member's limits, the beneficiary or the wallet do not allow (404, 422). */
  execute(
    caller: Caller,
    request: IdempotentRequest,
    input: RequestWithdrawalDto,
  ): Promise<Answered<WithdrawalDetailDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => created(await this.begun(tx, caller, input))),
    );
  }

  private async begun(tx: Tx, caller: Caller, input: RequestWithdrawalDto): Promise<WithdrawalDetailDto> {
    const { merchantId, subject: memberId } = caller;
    const id = await this.beginWithdrawal.within(tx, { merchantId, memberId, input });
    return this.queries.saved(tx, merchantId, id);
  }
}
