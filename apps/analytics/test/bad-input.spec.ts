import { orderCompleted } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { describeBadInput, eventually, noLimits, Peer, startService } from '@florin/testing';
import { AppModule } from '../src/app.module';
import { migrations } from '../src/migrations';

describeBadInput('analytics', async () => {
  const service = await startService(AppModule, { migrations, env: { ...noLimits } });
  const peer = await Peer.open(service.broker);
  const merchantId = newId();
  peer.say(orderCompleted, {
    ...orderCompleted.example,
    orderId: newId(),
    merchantId,
    completedAt: new Date().toISOString(),
  });
  await eventually(async () => (await service.query('SELECT FROM daily_revenue')).length > 0);
  const close = async () => {
    await peer.close();
    await service.close();
  };
  return { service, merchantId, close };
});
