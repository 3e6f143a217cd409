import { Controller } from '@nestjs/common';
import { merchantSaved, variantSaved, type Envelope, type MerchantSaved, type VariantSaved } from '@florin/contracts';
import { ConsumesSet, type Delivery } from '@florin/messaging';
import { FollowCatalog } from './follow-catalog';

@Controller()
export class ProductsConsumer {
  constructor(private readonly followCatalog: FollowCatalog) {}

  @ConsumesSet(variantSaved)
  variants(events: Envelope<VariantSaved>[], { tx }: Delivery): Promise<void> {
    return this.followCatalog.variants(
      tx,
      events.map((event) => event.data),
    );
  }

  @ConsumesSet(merchantSaved)
  merchants(events: Envelope<MerchantSaved>[], { tx }: Delivery): Promise<void> {
    return this.followCatalog.merchants(
      tx,
      events.map((event) => event.data),
    );
  }
}
