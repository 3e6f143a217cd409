import type { INestApplication, Type } from '@nestjs/common';
import type { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { AnswerDescription } from '../answers';
import { describeModels } from './models';
import { problemComponents } from './problem-schema';
import { type DescribedRoute, describeRoutes, operationIdOf } from './routes';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Parameter = NonNullable<Operation['parameters']>[number];

export interface DocumentParts {
  service: string;
  description: string;
  version: string;
  modules: ModulesContainer;
  config: ApplicationConfig;
  host: HttpAdapterHost;
}

/** Routes of probes and machines: not part of the API. */
const operational: ReadonlySet<string> = new Set(['/livez', '/readyz', '/startupz', '/metrics', '/openapi.json']);

/** Builds the OpenAPI 3.1 document of a running service from its routes, our decorators and the validation of its DTOs. */
export function buildDocument(parts: DocumentParts): OpenAPIObject {
  describeModels();
  const routes = describeRoutes(parts.service, parts.modules);
  const bodies = [...routes.values()].flatMap(({ answers, reads }) => [answers?.body ?? [], reads ?? []].flat());
  const settings = new DocumentBuilder()
    .setTitle(`Florin ${parts.service}`)
    .setDescription(parts.description)
    .setVersion(parts.version)
    .setOpenAPIVersion('3.1.0')
    .build();
  const document = SwaggerModule.createDocument(asApplication(parts), settings, {
    extraModels: [...new Set(bodies)],
    operationIdFactory: (controller, method) => operationIdOf(parts.service, controller, method),
  });
  for (const path of operational) delete document.paths[path];
  for (const [path, item] of Object.entries(document.paths)) {
    for (const operation of Object.values(item) as Operation[]) {
      const route = routes.get(operation.operationId ?? '');
      if (route) complete(operation, route, path);
    }
  }
  const { schemas, ...rest } = document.components ?? {};
  document.components = { ...rest, ...problemComponents, schemas: { ...schemas, ...problemComponents.schemas } };
  return document;
}

/** SwaggerModule asks an application for three things; the module that serves the document has exactly these. */
function asApplication({ modules, config, host }: DocumentParts): INestApplication {
  const container = { getModules: () => modules, isGlobalModule: () => false };
  return { container, config, getHttpAdapter: () => host.httpAdapter } as unknown as INestApplication;
}

function complete(operation: Operation, route: DescribedRoute, path: string): void {
  operation.summary ??= route.summary;
  operation.tags = [route.tag];
  operation.security = route.access === 'public' ? [] : [{ bearer: [] }];
  if (Array.isArray(route.access)) Object.assign(operation, { 'x-permissions': route.access });
  const parameters = operation.parameters ?? [];
  operation.parameters = [...parameters.map(readable), ...headersOf(route)];
  if (route.reads) operation.requestBody = { required: true, content: contentOf(referenceTo(route.reads)) };
  const successes = Object.fromEntries(route.statuses.map((status) => [status, successOf(route)]));
  operation.responses = { ...successes, ...problemsOf(operation, route, path) };
}

/** A path parameter that is not described is text; generators refuse one without a schema. */
function readable(parameter: Parameter): Parameter {
  if ('$ref' in parameter || parameter.schema) return parameter;
  return { ...parameter, schema: { type: 'string' } };
}

function headersOf(route: DescribedRoute): Parameter[] {
  const headers: Parameter[] = [];
  const text = { type: 'string', minLength: 1, maxLength: 255 } as const;
  if (route.idempotent) {
    const description =
      'Names this request. Sent again with the same input it gets the same answer; nothing happens twice.';
    headers.push({ name: 'Idempotency-Key', in: 'header', required: true, description, schema: text });
  }
  if (route.ifMatch) {
    headers.push({
      name: 'If-Match',
      in: 'header',
      required: true,
      description: 'The ETag of the version being changed.',
      schema: text,
    });
  }
  if (route.access !== 'public') {
    const description =
      'The merchant to act for, where the token is for several. It can only narrow what the token allows.';
    headers.push({
      name: 'X-Merchant-Id',
      in: 'header',
      required: false,
      description,
      schema: { type: 'string', maxLength: 64 },
    });
  }
  for (const { name, required, description, ...bounds } of route.headers)
    headers.push({ name, in: 'header', required, description, schema: { type: 'string', ...bounds } });
  return headers;
}

function successOf(route: DescribedRoute): Operation['responses'][string] {
  const headers: Record<string, object> = { 'Request-Id': { schema: { type: 'string' } } };
  if (route.idempotent)
    headers['Idempotent-Replayed'] = {
      description: 'true when this is a repeated answer',
      schema: { type: 'string', enum: ['true'] },
    };
  const description = route.answers?.description ?? 'Done.';
  const schema = route.answers && schemaOf(route.answers);
  return { description, headers, ...(schema && { content: contentOf(schema) }) };
}

const contentOf = <Schema extends object>(schema: Schema) => ({ 'application/json': { schema } });

const referenceTo = (type: Type) => ({ $ref: `#/components/schemas/${type.name}` });

function schemaOf({ body, shape }: AnswerDescription) {
  if (!body || shape === 'none') return undefined;
  const one = referenceTo(body);
  if (shape === 'one') return one;
  const list = { type: 'array' as const, items: one };
  if (shape === 'list') return list;
  const cursor = {
    type: ['string', 'null'],
    description: 'Pass it as `cursor` for the next page; null on the last one.',
  } as unknown as { type: 'string' };
  return {
    type: 'object' as const,
    required: ['data', 'next_cursor', 'has_more'],
    properties: { data: list, next_cursor: cursor, has_more: { type: 'boolean' as const } },
  };
}

function problemsOf(operation: Operation, route: DescribedRoute, path: string): Operation['responses'] {
  const statuses = ['400', '429', '500', '503', 'default'];
  if (route.access !== 'public') statuses.push('401', '403');
  if (path.includes('{')) statuses.push('404');
  if (route.idempotent) statuses.push('409', '422');
  if (route.ifMatch) statuses.push('412', '428');
  if (operation.requestBody) statuses.push('413', '415');
  return Object.fromEntries(statuses.map((status) => [status, { $ref: '#/components/responses/Problem' }]));
}
