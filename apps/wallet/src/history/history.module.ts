import { Module } from '@nestjs/common';
import { HistoryController } from './history.controller';
import { HistoryQueries } from './history-queries';
import { HistoryRepository } from './history.repository';

@Module({ controllers: [HistoryController], providers: [HistoryQueries, HistoryRepository] })
export class HistoryModule {}
