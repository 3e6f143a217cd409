import { Module } from '@nestjs/common';
import { ProductsModule } from '../products/products.module';
import { ConfirmStock } from './confirm-stock';
import { ExpireReservations } from './expire-reservations';
import { ReceiveStock } from './receive-stock';
import { ReleaseStock } from './release-stock';
import { ReserveStock } from './reserve-stock';
import { Restock } from './restock';
import { StockAnswers } from './stock-answers';
import { StockConsumer } from './stock.consumer';
import { StockController } from './stock.controller';
import { StockQueries } from './stock-queries';
import { StockRepository } from './stock.repository';

@Module({
  imports: [ProductsModule],
  controllers: [StockController, StockConsumer],
  providers: [
    ConfirmStock,
    ExpireReservations,
    ReceiveStock,
    ReleaseStock,
    ReserveStock,
    Restock,
    StockAnswers,
    StockQueries,
    StockRepository,
  ],
})
export class StockModule {}
