import { IsString } from 'class-validator';
import { BaseConfig } from './config';
import { ConfigFaults, loadConfig } from './load-config';
import { LocalDefault } from './local-default';

class ShopConfig extends BaseConfig {
  @LocalDefault('only-on-a-laptop')
  @IsString()
  SHOP_SECRET: string;
}

const complete = {
  DATABASE_URL: 'postgres://db/shop',
  RABBITMQ_URL: 'amqp://mq',
  JWKS_URL: 'http://auth:3000/.well-known/jwks.json',
  JWT_ISSUER: 'https://auth',
  JWT_AUDIENCE: 'florin',
  PUBLIC_URL: 'https://shop.example',
  SHOP_SECRET: 'x',
};

function faultsWith(environment: Record<string, string | undefined>): readonly string[] {
  try {
    loadConfig(ShopConfig, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigFaults) return error.faults;
    throw error;
  }
}

describe('the settings of a service', () => {
  it('K8S-12: come from environment variables, with types and defaults', () => {
    const config = loadConfig(ShopConfig, { ...complete, PORT: '8080', ROLES: 'worker, relay', OTHER: 'ignored' });
    expect(config).toMatchObject({
      PORT: 8_080,
      ROLES: ['worker', 'relay'],
      LOCAL_RUN: false,
      LOG_LEVEL: 'info',
      SHOP_SECRET: 'x',
    });
    expect(config).not.toHaveProperty('OTHER');
  });

  it('K8S-12: have no default for a secret outside a local run', () => {
    expect(faultsWith({ ...complete, SHOP_SECRET: undefined })).toEqual([
      expect.stringMatching(/^SHOP_SECRET is missing/),
    ]);
    expect(loadConfig(ShopConfig, { ...complete, SHOP_SECRET: '', LOCAL_RUN: 'true' }).SHOP_SECRET).toBe(
      'only-on-a-laptop',
    );
  });

  it('refuse a movable clock outside a local run', () => {
    expect(faultsWith({ ...complete, TEST_CLOCK_FILE: '/tmp/clock' })).toEqual([
      expect.stringMatching(/^TEST_CLOCK_FILE /),
    ]);
    expect(faultsWith({ ...complete, TEST_CLOCK_FILE: '/tmp/clock', LOCAL_RUN: 'true' })).toEqual([]);
  });
});
