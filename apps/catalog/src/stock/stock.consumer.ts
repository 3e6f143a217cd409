import {
  type Envelope,
  stockConfirm,
  type StockConfirm,
  stockRelease,
  type StockRelease,
  stockReserve,
  type StockReserve,
  stockRestock,
  type StockRestock,
} from '@florin/contracts';
import { Consumes, ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { ConfirmStock } from './confirm-stock';
import { ReleaseStock } from './release-stock';
import { ReserveStock } from './reserve-stock';
import { Restock } from './restock';

/** The stock side of the two-phase contract: reserve, then confirm or release, under one checkout id. */
@Controller()
export class StockConsumer {
  constructor(
    private readonly reserveStock: ReserveStock,
    private readonly confirmStock: ConfirmStock,
    private readonly releaseStock: ReleaseStock,
    private readonly restock: Restock,
  ) {}

  @ConsumesSet(stockReserve)
  reserve(asked: Envelope<StockReserve>[], { tx }: Delivery): Promise<void> {
    return this.reserveStock.within(tx, asked);
  }

  @ConsumesSet(stockConfirm)
  confirm(asked: Envelope<StockConfirm>[], { tx }: Delivery): Promise<void> {
    return this.confirmStock.within(tx, asked);
  }

  @ConsumesSet(stockRelease)
  release(asked: Envelope<StockRelease>[], { tx }: Delivery): Promise<void> {
    return this.releaseStock.within(tx, asked);
  }

  @Consumes(stockRestock)
  bringBack(asked: Envelope<StockRestock>, { tx }: Delivery): Promise<void> {
    return this.restock.within(tx, asked);
  }
}
