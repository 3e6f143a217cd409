import { Body, Controller, Get, HttpCode, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { newId } from '@florin/kernel';
import { type Answer, faultOf, HttpClient, type Operation, operationsOf, Prober } from '../src';
import { badBodies } from '../src/bad-input/bad-bodies';
import { unreadableBodies, wrongFields } from '../src/bad-input/body-rows';
import { foreignMerchant, wrongRoles, wrongTokens } from '../src/bad-input/caller-rows';
import { servedRoutes } from '../src/bad-input/served-routes';

const thing = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 5 },
    count: { type: 'integer', minimum: 1, maximum: 9 },
    parts: { type: 'array', items: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } } },
  },
};
const guarded = { security: [{ bearer: [] }], 'x-permissions': ['orders.order:write'] };
const id = { name: 'id', in: 'path' as const, required: true, schema: { type: 'string' } };
const document = {
  paths: {
    '/things': {
      post: {
        ...guarded,
        responses: { '201': {}, default: {} },
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
      },
    },
    '/things/{id}': { get: { ...guarded, responses: { '200': {} }, parameters: [id] } },
  },
  components: { schemas: { Thing: thing } },
};
const merchantId = newId();

/** Believes everybody and everything, and breaks on a name that is a number. */
@Controller()
class Credulous {
  @Get('openapi.json')
  document(): unknown {
    return document;
  }

  @Post('things')
  @HttpCode(200)
  make(@Body() body: { name?: { trim(): string } } | null): unknown {
    return { name: body?.name?.trim() };
  }

  @Get('things/:id')
  one(@Param('id') it: string): unknown {
    return { id: it, merchant_id: merchantId };
  }
}

@Module({ controllers: [Credulous] })
class CredulousModule {}

let app: NestFastifyApplication;
let prober: Prober;
let make: Operation;

beforeAll(async () => {
  app = await NestFactory.create<NestFastifyApplication>(CredulousModule, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  const service = { app, http: new HttpClient(await app.getUrl()), close: () => app.close() };
  prober = await Prober.open({ service, merchantId, things: { id: newId() } });
  make = prober.operations.find(({ method }) => method === 'POST') as Operation;
});
afterAll(() => app.close());

it('reads routes, schemas without references and permissions out of a document', () => {
  const [post, get] = operationsOf(document);
  expect(post).toMatchObject({
    name: 'POST /things',
    body: thing,
    isPublic: false,
    permissions: ['orders.order:write'],
  });
  expect(get).toMatchObject({ name: 'GET /things/{id}', body: undefined, parameters: [id] });
});

it('makes each field wrong in each way, and nothing else', () => {
  const bodies = badBodies(thing, {});
  const of = (field: string) => bodies.filter((bad) => bad.field === field).map(({ body }) => body);
  expect(of('count')).toEqual(
    expect.arrayContaining([0, 10, '', null, { $gt: '' }].map((count): unknown => expect.objectContaining({ count }))),
  );
  expect(of('count').every((body) => 'name' in (body as object))).toBe(true);
  expect(of('name')).toContainEqual({});
  expect(of('name')).toContainEqual({ name: 'aaaaaa' });
  expect(of('parts[0].id')).toContainEqual(expect.objectContaining({ parts: [{ id: -1 }] }));
  expect(of('parts[0].nobody_asked')).toHaveLength(1);
});

it('says where what the document forbids was accepted, where we broke, and where an error has no code', async () => {
  const faults = await prober.faults(wrongFields(make, prober).filter(({ what }) => what.startsWith('name is')));
  expect(faults).toContainEqual(expect.stringMatching(/^POST \/things · name is "" → 200 .*: it was accepted$/));
  expect(faults).toContainEqual(expect.stringMatching(/^POST \/things · name is 0 → 500 .*: a fault of ours$/));
  expect(await prober.faults(unreadableBodies(make))).toContainEqual(
    expect.stringMatching(/^POST \/things · half of an object → 400 .*: it is not problem\+json$/),
  );
});

it('GW-03: says where a success is none of those that the document names', async () => {
  await prober.send({ operation: make, what: 'a good one', body: { name: 'Ada' } });
  expect([...prober.undocumented]).toEqual(['POST /things → 200']);
});

it('says where anybody gets in', async () => {
  const tokens = await prober.faults(await wrongTokens(prober));
  for (const what of ['no token', 'an expired token'])
    expect(tokens.join('\n')).toContain(`GET /things/{id} · ${what} → 200`);
  const { refused, admitted } = await wrongRoles(prober);
  expect((await prober.faults(refused)).join('\n')).toContain('POST /things · as customer →');
  expect(admitted.map(({ what }) => what)).toEqual(expect.arrayContaining(['as platform_admin', 'as system']));
  const [foreign] = await foreignMerchant(prober);
  expect(foreign).toMatch(/not 403 or 404|was accepted/);
});

it('finds every route of a running application, however deep', () => {
  expect(servedRoutes(app)).toEqual(['GET /things/{id}', 'POST /things']);
});

describe('an error answer', () => {
  const problem = { type: 'about:blank', title: 'No', status: 400, code: 'no', detail: 'No.', request_id: 'r' };
  const answer = (status: number, body: Partial<typeof problem> & { errors?: object[] }): Answer<unknown> => {
    const whole = { ...problem, status, ...body } as unknown as NonNullable<Answer<unknown>['problem']>;
    return { status, headers: new Headers({ 'request-id': 'r' }), body: whole, problem: whole };
  };
  const errors = [{ field: 'lines[0].quantity', code: 'is_int', message: 'must be whole' }];
  const invalid = { code: 'validation_failed', errors };

  it.each([
    [undefined, answer(404, {}), {}],
    ['a fault of ours', answer(500, {}), {}],
    ['it has no code', answer(400, { code: 'NotACode' }), {}],
    ['status and body disagree', { ...answer(400, {}), status: 404 }, {}],
    ['it has no request id', answer(400, { request_id: 'other' }), {}],
    ['it shows our insides', answer(400, { detail: 'at run (/app/node_modules/pg/lib/client.js:1:2)' }), {}],
    ['it names no field', answer(400, { code: 'validation_failed' }), {}],
    ['no error names reason', answer(400, invalid), { field: 'reason' }],
    [undefined, answer(400, invalid), { field: 'lines[0].quantity' }],
    [undefined, answer(400, invalid), { field: 'lines' }],
    ['not 401', answer(403, {}), { status: [401] }],
    ['the document names no such success', answer(201, {}), { successes: [200, 202] }],
    [undefined, answer(202, {}), { successes: [200, 202] }],
    ['the code is not token_missing', answer(401, {}), { code: 'token_missing' }],
  ])('is told from a good one: %s', (fault, given, verdict) => {
    expect(faultOf(given, verdict)).toBe(fault);
  });
});
