import { describeBadInput, jwksUrl, noLimits } from '@florin/testing';
import { House } from './house';

describeBadInput('auth', async () => {
  const house = await House.open({ env: { ...noLimits, JWKS_URL: await jwksUrl() } });
  const { service, merchantId } = house;
  const { id: ownerId } = await house.person();
  return { service, merchantId, ownerId, close: () => house.close() };
});
