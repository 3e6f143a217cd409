import { variantSaved } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { countQueries } from '@florin/testing';
import type { CategoryDto } from '../src/categories/category.dto';
import type { ProductDto } from '../src/products/product.dto';
import { House, newMerchant, newProduct, newVariant } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());

interface PageOf<T> {
  data: T[];
  next_cursor: string | null;
}

/** The product as its admin would send it back. */
function editable({ title, description, category_id, active, variants }: ProductDto): Record<string, unknown> {
  return {
    title,
    description,
    ...(category_id !== null && { category_id }),
    active,
    variants: variants.map(({ id, sku, title: name, price_minor, tax_rate_bps, tax_included, active: sold }) => ({
      id,
      sku,
      title: name,
      price_minor,
      tax_rate_bps,
      tax_included,
      active: sold,
    })),
  };
}

function change(product: ProductDto, body: Record<string, unknown>, version = product.version, as = house.staff()) {
  return as.put<ProductDto>(
    `/api/v1/products/${product.id}`,
    { ...editable(product), ...body },
    { headers: { 'if-match': `"${version}"` } },
  );
}

async function changed(product: ProductDto, body: Record<string, unknown>): Promise<ProductDto> {
  const answer = await change(product, body);
  expect(answer.status).toBe(200);
  return answer.body;
}

async function category(body: Record<string, unknown> = {}): Promise<CategoryDto> {
  const answer = await house
    .staff()
    .post<CategoryDto>('/api/v1/categories', { name: 'Coffee', slug: `c-${newId()}`, ...body });
  expect(answer.status).toBe(201);
  return answer.body;
}

describe('a product', () => {
  it('CAT-02: has variants with prices, and each is told to the other services', async () => {
    const { id: category_id } = await category();
    const product = await house.product({
      category_id,
      variants: [
        newVariant({ title: '250 g', price_minor: 1_450 }),
        newVariant({ title: '1 kg', price_minor: 4_999, tax_rate_bps: 900, tax_included: false }),
      ],
    });
    const { body, headers } = await house.http.get<ProductDto>(`/api/v1/products/${product.id}`);
    expect(body).toEqual(product);
    expect(headers.get('etag')).toBe('"1"');
    const [small, large] = product.variants;
    expect([small?.currency, large?.currency]).toEqual(['EUR', 'EUR']);
    const [said] = await house.said(variantSaved, { variantId: large?.id });
    expect(said).toEqual({
      variantId: large?.id,
      productId: product.id,
      merchantId: house.merchantId,
      sku: large?.sku,
      title: '1 kg',
      categoryId: category_id,
      priceMinor: 4_999,
      currency: 'EUR',
      taxRateBps: 900,
      taxIncluded: false,
      active: true,
      version: 1,
    });
  });

  it('is told with a version that grows with every change of it', async () => {
    let product = await house.product();
    const variantId = product.variants[0]?.id;
    for (const price_minor of [1_500, 1_600, 1_700])
      product = await changed(product, {
        variants: [{ ...(editable(product)['variants'] as object[])[0], price_minor }],
      });
    const said = await house.said(variantSaved, { variantId }, 4);
    expect(said.map(({ version, priceMinor }) => [version, priceMinor])).toEqual([
      [1, 1_450],
      [2, 1_500],
      [3, 1_600],
      [4, 1_700],
    ]);
  });

  it('a variant that is left out is no longer sold, but keeps its stock and its history', async () => {
    const product = await house.product({ variants: [newVariant(), newVariant()] });
    const [kept, dropped] = product.variants;
    await house.receive(dropped?.id ?? '', 3);
    const [first] = editable(product)['variants'] as object[];
    await changed(product, { variants: [first] });
    const [, news] = await house.said(variantSaved, { variantId: dropped?.id }, 2);
    expect(news).toMatchObject({ active: false, version: 2 });
    expect((await house.said(variantSaved, { variantId: kept?.id }, 2))[1]).toMatchObject({ active: true });
    expect(await house.level(dropped?.id ?? '')).toMatchObject({ available: 3 });
  });

  it('that is no longer sold is neither found nor listed, and its variants are told as inactive', async () => {
    const product = await house.product();
    await changed(product, { active: false });
    expect((await house.http.get(`/api/v1/products/${product.id}`)).status).toBe(404);
    expect((await browse()).map(({ id }) => id)).not.toContain(product.id);
    const variantId = product.variants[0]?.id;
    expect((await house.said(variantSaved, { variantId }, 2))[1]).toMatchObject({ active: false });
    await changed({ ...product, version: 2 }, { active: true });
    expect((await house.http.get(`/api/v1/products/${product.id}`)).status).toBe(200);
  });

  it('changes only the version that was read', async () => {
    const product = await house.product();
    await changed(product, { title: 'Newer' });
    const stale = await change(product, { title: 'Older' });
    expect([stale.status, stale.problem?.code]).toEqual([412, 'version_mismatch']);
    const blind = await house.staff().put(`/api/v1/products/${product.id}`, editable(product));
    expect([blind.status, blind.problem?.code]).toEqual([428, 'if_match_required']);
    expect((await house.http.get<ProductDto>(`/api/v1/products/${product.id}`)).body.title).toBe('Newer');
  });

  it('of ten who change the same version at once one succeeds, and the rest say nothing', async () => {
    const product = await house.product();
    const titles = Array.from({ length: 10 }, (_, index) => `Title ${index}`);
    const answers = await house.inARush('products', product.id, () =>
      titles.map((title) => change(product, { title })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(412)]);
    const variantId = product.variants[0]?.id;
    expect(await house.count('outbox WHERE subject = $1', [variantId])).toBe(2);
  });

  it('is made once per key', async () => {
    const body = newProduct();
    const staff = house.staff();
    const make = (key: string) => staff.post<ProductDto>('/api/v1/products', body, { key });
    const [first, again] = [await make('beans'), await make('beans')];
    expect([again.body.id, again.headers.get('idempotent-replayed')]).toEqual([first.body.id, 'true']);
    const taken = await make('more-beans');
    expect([taken.status, taken.problem?.code]).toEqual([409, 'sku_taken']);
  });

  it('AUTH-48: is changed by its own merchant only, and uses nothing of another', async () => {
    const product = await house.product();
    const { id } = await newMerchant(house.service);
    const stranger = house.staff('merchant_admin', [id]);
    expect((await change(product, { title: 'Taken over' }, 1, stranger)).status).toBe(404);
    const foreignCategory = await stranger.post('/api/v1/products', newProduct({ category_id: (await category()).id }));
    const [variant] = editable(product)['variants'] as object[];
    const foreignVariant = await stranger.post('/api/v1/products', newProduct({ variants: [variant] }));
    expect([foreignCategory, foreignVariant].map(({ status, problem }) => [status, problem?.code])).toEqual([
      [404, 'category_not_found'],
      [404, 'variant_not_found'],
    ]);
  });

  it('may use a SKU that another merchant uses', async () => {
    const { id } = await newMerchant(house.service);
    const variants = [newVariant({ sku: 'BEAN-250' })];
    await house.product({ variants });
    expect((await house.product({ variants }, house.staff('merchant_admin', [id]))).merchant_id).toBe(id);
  });

  it('the same variant twice in one list is refused', async () => {
    const product = await house.product();
    const [variant] = editable(product)['variants'] as object[];
    const answer = await change(product, { variants: [variant, { ...variant, sku: 'OTHER' }] });
    expect(answer.status).toBe(422);
  });

  it.each(['customer', 'ops_marketing', 'support_agent', 'auditor'])('is not made by a %s', async (role) => {
    expect((await house.staff(role).post('/api/v1/products', newProduct())).status).toBe(403);
  });
});

async function browse(query: Record<string, string | number> = {}): Promise<ProductDto[]> {
  const found: ProductDto[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { body } = await house.http.get<PageOf<ProductDto>>('/api/v1/products', {
      query: { merchant_id: house.merchantId, limit: 5, cursor, ...query },
    });
    found.push(...body.data);
    cursor = body.next_cursor;
  }
  return found;
}

describe('browsing', () => {
  it('CAT-02: shows everybody what one merchant sells, page by page', async () => {
    const { id } = await newMerchant(house.service);
    const admin = house.staff('merchant_admin', [id]);
    const made: string[] = [];
    for (let count = 0; count < 7; count += 1) made.push((await house.product({}, admin)).id);
    expect((await browse({ merchant_id: id })).map((product) => product.id)).toEqual(made);
  });

  it('CAT-04: by category', async () => {
    const [coffee, tea] = [await category(), await category({ name: 'Tea' })];
    const beans = await house.product({ category_id: coffee.id });
    await house.product({ category_id: tea.id });
    expect((await browse({ category_id: coffee.id })).map(({ id }) => id)).toEqual([beans.id]);
  });

  it('K8S-26: a page costs one statement, however many products and variants are on it', async () => {
    for (let made = 0; made < 10; made += 1) await house.product({ variants: [newVariant(), newVariant()] });
    const page = (limit: number) =>
      countQueries(() =>
        house.http.get<PageOf<ProductDto>>('/api/v1/products', { query: { merchant_id: house.merchantId, limit } }),
      );
    const [one, ten] = [await page(1), await page(10)];
    expect([one.result.body.data.length, ten.result.body.data.length]).toEqual([1, 10]);
    expect([one.statements.length, ten.statements.length]).toEqual([1, 1]);
  });
});

describe('categories', () => {
  it('CAT-04: form a tree of one merchant', async () => {
    const coffee = await category();
    const beans = await category({ name: 'Beans', parent_id: coffee.id });
    expect(beans).toMatchObject({ merchant_id: house.merchantId, parent_id: coffee.id });
    const { body } = await house.http.get<PageOf<CategoryDto>>('/api/v1/categories', {
      query: { merchant_id: house.merchantId, limit: 100 },
    });
    expect(body.data.map(({ id }) => id)).toEqual(expect.arrayContaining([coffee.id, beans.id]));
    const stranger = house.staff('merchant_admin', [(await newMerchant(house.service)).id]);
    const foreign = await stranger.post('/api/v1/categories', { name: 'X', slug: 'x', parent_id: coffee.id });
    expect([foreign.status, foreign.problem?.code]).toEqual([404, 'category_not_found']);
  });

  it('have slugs of their own within a merchant', async () => {
    const { slug } = await category();
    const taken = await house.staff().post('/api/v1/categories', { name: 'Again', slug });
    expect([taken.status, taken.problem?.code]).toEqual([409, 'slug_taken']);
    const stranger = house.staff('merchant_admin', [(await newMerchant(house.service)).id]);
    expect((await stranger.post('/api/v1/categories', { name: 'Mine', slug })).status).toBe(201);
  });
});
