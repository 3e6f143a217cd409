import { Module } from '@nestjs/common';
import { AddressKeys } from './address-keys';
import { ScreenPayments } from './screen-payments';
import { ScreeningRepository } from './screening.repository';

/** The part of the fraud check that payments need; what staff do with it knows payments and comes after them. */
@Module({ providers: [AddressKeys, ScreenPayments, ScreeningRepository], exports: [AddressKeys, ScreenPayments] })
export class ScreeningModule {}
