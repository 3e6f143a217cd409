import { Module } from '@nestjs/common';
import { LiabilityModule } from '../liability/liability.module';
import { ApproveClose } from './approve-close';
import { BookClose } from './book-close';
import { CloseQueries } from './close-queries';
import { ClosesController } from './closes.controller';
import { ClosesRepository } from './closes.repository';
import { ComputeClose } from './compute-close';
import { GlAccounts } from './gl-accounts';
import { PrepareClose } from './prepare-close';
import { VerifyClose } from './verify-close';

@Module({
  imports: [LiabilityModule],
  controllers: [ClosesController],
  providers: [
    ApproveClose,
    BookClose,
    CloseQueries,
    ClosesRepository,
    ComputeClose,
    GlAccounts,
    PrepareClose,
    VerifyClose,
  ],
})
export class CloseModule {}
