import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { Injectable } from '@nestjs/common';
import { OpenWallets } from './open-wallets';
import type { OpenWalletDto } from './wallet.dto';

/** Opens the caller's wallet in a currency at the merchant; one that is open stays as it is. */
@Injectable()
export class OpenOwnWallet {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly openWallets: OpenWallets,
  ) {}

  execute(caller: Caller, request: IdempotentRequest, { currency }: OpenWalletDto): Promise<Answered<OpenWalletDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        await this.openWallets.within(tx, [{ merchantId: caller.merchantId, memberId: caller.subject, currency }]);
        return created({ currency });
      }),
    );
  }
}
