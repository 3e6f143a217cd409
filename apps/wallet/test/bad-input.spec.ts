import { describeBadInput, noLimits } from '@florin/testing';
import { House } from './house';

describeBadInput('wallet', async () => {
  const house = await House.open({ env: { ...noLimits } });
  const { service, merchantId } = house;
  const ada = await house.rich(5_000);
  const topup = await house.topUp(ada, 1_000);
  const things = { '/topups': topup.id, '/wallet/members': ada.id, '/payments': topup.payment_id };
  // A wallet begins with its first money; until then everybody has an empty one.
  const emptyForUnknown = ['GET /api/v1/wallet/members/{id}'];
  return { service, merchantId, ownerId: ada.id, things, emptyForUnknown, close: () => house.close() };
});
