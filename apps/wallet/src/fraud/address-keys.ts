import { addressKeyOf, type OpenOrigin, sealOrigin } from '@florin/http';
import { Injectable } from '@nestjs/common';
import { WalletConfig } from '../config';
import type { PaymentRisk } from './payment-risk';

/** Seals where requests come from, under the secret that all services share. */
@Injectable()
export class AddressKeys {
  readonly secret: string;
  readonly keyOf: (address: string) => string;

  constructor(config: WalletConfig) {
    this.secret = config.ORIGIN_SECRET;
    this.keyOf = (address) => addressKeyOf(address, this.secret);
  }

  seal(origin: OpenOrigin): PaymentRisk {
    return sealOrigin(origin, this.secret);
  }
}
