import { createHmac } from 'node:crypto';
import { verifySignature } from './stripe-signature';

const secret = 'whsec_test';
const body = Buffer.from('{"id":"evt_1"}');
const signed = (at: number, of = body, by = secret) =>
  `t=${at},v1=${createHmac('sha256', by).update(`${at}.`).update(of).digest('hex')}`;

describe('WAL-11: a processor webhook', () => {
  it('is believed when it is signed with our secret and fresh', () => {
    expect(() => verifySignature(signed(1_000), body, secret, 1_100)).not.toThrow();
  });

  it.each([
    ['nothing', undefined],
    ['rubbish', 'v1=zz'],
    ['another secret', signed(1_000, body, 'other')],
    ['another body', signed(1_000, Buffer.from('{"id":"evt_2"}'))],
    ['another time', signed(1_000).replace('t=1000', 't=1001')],
    ['no time', signed(1_000).replace('t=1000,', '')],
  ])('is refused with %s', (_, header) => {
    expect(() => verifySignature(header, body, secret, 1_000)).toThrow(
      expect.objectContaining({ code: 'webhook_signature_invalid' }),
    );
  });

  it('is refused when it is replayed later', () => {
    expect(() => verifySignature(signed(1_000), body, secret, 1_301)).toThrow('too old');
  });
});
