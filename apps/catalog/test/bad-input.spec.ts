import { newId } from '@florin/kernel';
import { describeBadInput, noLimits, startService } from '@florin/testing';
import { AppModule } from '../src/app.module';
import { migrations } from '../src/migrations';

describeBadInput('catalog', async () => {
  const service = await startService(AppModule, { migrations, env: { ...noLimits } });
  const platform = service.http.as({ roles: ['platform_admin'], merchants: '*' });
  const shop = { name: 'Harbour Coffee', slug: 'harbour', currency: 'EUR', time_zone: 'Europe/Amsterdam' };
  const { body: merchant } = await platform.post<{ id: string }>('/api/v1/merchants', shop);
  const variant = { sku: 'BEANS', title: 'Beans', price_minor: 1_450, tax_rate_bps: 2_100, tax_included: true };
  const { body: product } = await service.http
    .as({ sub: newId(), roles: ['merchant_admin'], merchants: [merchant.id] })
    .post<{ id: string; variants: { id: string }[] }>('/api/v1/products', { title: 'Beans', variants: [variant] });
  const things = { '/merchants': merchant.id, '/products': product.id, variant_id: product.variants[0]?.id ?? '' };
  return { service, merchantId: merchant.id, things };
});
