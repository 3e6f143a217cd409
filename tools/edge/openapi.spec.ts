import { mergeOpenApi, type OpenApiDocument } from './openapi';

function document(paths: OpenApiDocument['paths'], schemas: Record<string, OpenApiDocument>): OpenApiDocument {
  return { openapi: '3.0.0', info: {}, paths, components: { schemas } };
}
const returns = (name: string, operationId = 'list') => ({
  get: {
    operationId,
    responses: { 200: { content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } } },
  },
});
const schema = (properties: Record<string, unknown>) => ({ type: 'object', properties }) as unknown as OpenApiDocument;

describe('merged OpenAPI', () => {
  it('GW-03: keeps a component that two services mean alike once, and gives different ones of one name different names', () => {
    const merged = mergeOpenApi(
      {
        orders: document(
          { '/api/v1/orders': returns('Page') },
          { Page: schema({ a: { type: 'string' } }), Problem: schema({}) },
        ),
        wallet: document(
          { '/api/v1/wallet': returns('Page') },
          { Page: schema({ b: { type: 'string' } }), Problem: schema({}) },
        ),
      },
      '/',
    );
    const schemas = (merged['components'] as { schemas: Record<string, unknown> }).schemas;
    expect(Object.keys(schemas).sort()).toEqual(['Page', 'Problem', 'WalletPage']);
    expect(JSON.stringify(merged.paths['/api/v1/wallet'])).toContain('#/components/schemas/WalletPage');
    expect(JSON.stringify(merged.paths['/api/v1/orders'])).toContain('#/components/schemas/Page"');
  });

  it('renames what refers to a renamed component too, even around a circle', () => {
    const circle = (type: string) => ({
      Node: schema({ leaf: { $ref: '#/components/schemas/Leaf' }, type: { type } }),
      Leaf: schema({ parent: { $ref: '#/components/schemas/Node' } }),
    });
    const merged = mergeOpenApi(
      {
        a: document({ '/a': returns('Leaf') }, circle('string')),
        b: document({ '/b': returns('Leaf') }, circle('integer')),
      },
      '/',
    );
    const { schemas } = merged['components'] as { schemas: Record<string, unknown> };
    expect(JSON.stringify(schemas['BLeaf'])).toContain('#/components/schemas/BNode');
    expect(JSON.stringify(schemas['Leaf'])).toContain('#/components/schemas/Node"');
    expect(JSON.stringify(merged.paths['/b'])).toContain('BLeaf');
  });

  it('is 3.1: no nullable is left, and operation ids are unique', () => {
    const merged = mergeOpenApi(
      {
        a: document(
          { '/a': returns('A') },
          {
            A: schema({ x: { type: 'string', nullable: true }, y: { $ref: '#/components/schemas/A', nullable: true } }),
          },
        ),
        b: document({ '/b': returns('A') }, {}),
      },
      '/',
    );
    const text = JSON.stringify(merged);
    expect(text).not.toContain('nullable');
    expect(text).toContain('"type":["string","null"]');
    expect(text).toContain('"operationId":"list"');
    expect(text).toContain('"operationId":"bList"');
  });
});
