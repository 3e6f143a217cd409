import { Module } from '@nestjs/common';
import { DrainValues } from './drain-values';
import { StoredValueSteps } from './stored-value-steps';

@Module({ providers: [DrainValues, StoredValueSteps], exports: [DrainValues, StoredValueSteps] })
export class StoredValueModule {}
