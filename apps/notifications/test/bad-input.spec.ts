import { randomBytes } from 'node:crypto';
import { orderCompleted, orderPlaced, userVerified } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { describeBadInput, eventually, noLimits, Peer, startService } from '@florin/testing';
import { AppModule } from '../src/app.module';
import { migrations } from '../src/migrations';

const key = () => randomBytes(32).toString('base64url');

describeBadInput('notifications', async () => {
  // Nobody listens at the discard port: mails and webhooks stay on the list.
  const env = { ...noLimits, SMTP_URL: 'smtp://127.0.0.1:9', MAIL_SEAL_KEY: key(), DATA_KEY: key() };
  const service = await startService(AppModule, { migrations, env });
  const peer = await Peer.open(service.broker);
  const [merchantId, ownerId] = [newId(), newId()];
  const staff = service.http.as({ roles: ['merchant_admin'], merchants: [merchantId] });
  const endpoint = { url: 'http://127.0.0.1:9/hooks', event_types: [orderPlaced.type] };
  const { body, status } = await staff.post<{ id: string }>('/api/v1/webhooks/endpoints', endpoint);
  expect(status).toBe(201);
  peer.say(userVerified, { ...userVerified.example, userId: ownerId, merchantId });
  peer.say(orderPlaced, { ...orderPlaced.example, merchantId, memberId: ownerId });
  peer.say(orderCompleted, { ...orderCompleted.example, merchantId, memberId: ownerId });
  await eventually(async () => (await service.query('SELECT FROM webhook_deliveries')).length > 0);
  await eventually(async () => (await service.query('SELECT FROM notifications')).length > 0);
  const things = { key: 'order_confirmed', '/webhooks/endpoints': body.id };
  const close = async () => {
    await peer.close();
    await service.close();
  };
  return { service, merchantId, ownerId, things, close };
});
