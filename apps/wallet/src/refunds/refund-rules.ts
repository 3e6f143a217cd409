import { Refusal } from '@florin/kernel';
import type { Payment } from '../payments/payment';

/** Only what was paid through the API is given back through the API. */
export function requireDirect({ purpose }: Payment): void {
  if (purpose !== 'direct')
    throw new Refusal(
      'unprocessable',
      'refund_elsewhere',
      purpose === 'order'
        ? 'The payment is of an order: refund the order, which gives every tender its part.'
        : 'The payment went into a wallet: it is given back by a withdrawal from there.',
    );
}

export const exceedsCapture = (leftMinor: number): Refusal =>
  new Refusal('unprocessable', 'refund_exceeds_capture', `Of this payment ${leftMinor} can be given back.`);

export const notOfOneCapture = (): Refusal =>
  new Refusal(
    'unprocessable',
    'refund_exceeds_one_capture',
    'No single capture has that much left: refund each capture by itself.',
  );
