import { orderCompleted, userVerified } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { describeBadInput, eventually, noLimits, Peer, startService } from '@florin/testing';
import { AppModule } from '../src/app.module';
import { migrations } from '../src/migrations';

const rules = {
  tiers: [{ name: 'bronze', threshold: 0, multiplier_bps: 10_000 }],
  earning: { points: 1, per_minor: 100, include_tax: true },
  cashback: { rate_bps: 100, hold_days: 14 },
};

describeBadInput('loyalty', async () => {
  const service = await startService(AppModule, { migrations, env: { ...noLimits } });
  const peer = await Peer.open(service.broker);
  const [merchantId, ownerId] = [newId(), newId()];
  const program = { name: 'Beans', currency: 'EUR', time_zone: 'Europe/Amsterdam', is_default: true, rules };
  const staff = service.http.as({ roles: ['ops_marketing'], merchants: [merchantId] });
  expect((await staff.post('/api/v1/loyalty/programs', program)).status).toBe(201);
  peer.say(userVerified, { ...userVerified.example, userId: ownerId, merchantId });
  peer.say(orderCompleted, { ...orderCompleted.example, orderId: newId(), merchantId, memberId: ownerId });
  const receipt = await eventually(async () => {
    const [row] = await service.query<{ id: string }>('SELECT id FROM loyalty_receipts');
    return row;
  });
  const things = { '/loyalty/members': ownerId, '/members': ownerId, '/loyalty/receipts': receipt.id };
  const emptyForUnknown = ['lots', 'receipts'].map((list) => `GET /api/v1/loyalty/members/{id}/${list}`);
  const close = async () => {
    await peer.close();
    await service.close();
  };
  return { service, merchantId, ownerId, things, emptyForUnknown, close };
});
