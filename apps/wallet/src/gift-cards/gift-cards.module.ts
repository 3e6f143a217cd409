import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { CodesModule } from '../codes/codes.module';
import { LimitsModule } from '../limits/limits.module';
import { SettingsModule } from '../settings/settings.module';
import { StoreCreditModule } from '../store-credit/store-credit.module';
import { StoredValueModule } from '../stored-value/stored-value.module';
import { BookGiftCards } from './book-gift-cards';
import { CancelGiftCard } from './cancel-gift-card';
import { CheckGiftCard } from './check-gift-card';
import { ClaimGiftCard } from './claim-gift-card';
import { ExpireGiftCards } from './expire-gift-cards';
import { FindGiftCard } from './find-gift-card';
import { GiftCardQueries } from './gift-card-queries';
import { GiftCardsController } from './gift-cards.controller';
import { GiftCardsRepository } from './gift-cards.repository';
import { IssueGiftCards } from './issue-gift-cards';
import { LockGiftCards } from './lock-gift-cards';
import { MoveGiftCards } from './move-gift-cards';
import { RedeemGiftCard } from './redeem-gift-card';
import { ShowGiftCards } from './show-gift-cards';
import { TellGiftCards } from './tell-gift-cards';

@Module({
  imports: [AccountsModule, CodesModule, LimitsModule, SettingsModule, StoreCreditModule, StoredValueModule],
  controllers: [GiftCardsController],
  providers: [
    BookGiftCards,
    CancelGiftCard,
    CheckGiftCard,
    ClaimGiftCard,
    ExpireGiftCards,
    FindGiftCard,
    GiftCardQueries,
    GiftCardsRepository,
    IssueGiftCards,
    LockGiftCards,
    MoveGiftCards,
    RedeemGiftCard,
    ShowGiftCards,
    TellGiftCards,
  ],
  exports: [LockGiftCards],
})
export class GiftCardsModule {}
