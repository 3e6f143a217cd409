import { Module } from '@nestjs/common';
import { BeneficiariesController } from './beneficiaries.controller';
import { BeneficiariesRepository } from './beneficiaries.repository';
import { BeneficiaryQueries } from './beneficiary-queries';
import { BeneficiaryVault } from './beneficiary-vault';
import { KeepBeneficiaries } from './keep-beneficiaries';
import { UseBeneficiaries } from './use-beneficiaries';

@Module({
  controllers: [BeneficiariesController],
  providers: [BeneficiariesRepository, BeneficiaryQueries, BeneficiaryVault, KeepBeneficiaries, UseBeneficiaries],
  exports: [UseBeneficiaries],
})
export class BeneficiariesModule {}
