import { dataschemaOf, schemaOf, sourceOf, type MessageContract } from '@florin/contracts';
import type { Talk } from './conversation';

type Json = Record<string, unknown>;

/** docs/asyncapi.json: AsyncAPI 3.0 with a channel per message and an operation per service that says or hears it. */
export function asyncApi(talks: Talk[], version: string): Json {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Florin messages',
      version,
      description:
        'What the services of Florin say to each other over RabbitMQ, as CloudEvents 1.0. Delivery is at least once; hearers keep an inbox, so the effect is exactly once.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    channels: Object.fromEntries(talks.map(({ contract }) => [contract.name, channel(contract)])),
    operations: Object.fromEntries(talks.flatMap(operations)),
    components: {
      messages: Object.fromEntries(talks.map(({ contract }) => [contract.name, message(contract)])),
      schemas: Object.fromEntries(talks.map(({ contract }) => [contract.name, schemaOf(contract)])),
    },
  };
}

function channel(contract: MessageContract): Json {
  return {
    address: contract.name,
    description: contract.description,
    messages: { [contract.name]: { $ref: `#/components/messages/${contract.name}` } },
    bindings: {
      amqp: {
        is: 'routingKey',
        exchange: {
          name: contract.kind === 'event' ? 'florin.events' : 'florin.commands',
          type: 'topic',
          durable: true,
        },
        bindingVersion: '0.3.0',
      },
    },
  };
}

function operations({ contract, saidBy, heardBy }: Talk): [string, Json][] {
  const about = { channel: { $ref: `#/channels/${contract.name}` } };
  const hearers = [...new Set(heardBy.map(({ service }) => service))];
  return [
    ...saidBy.map((service): [string, Json] => [
      `${service}.says.${contract.name}`,
      { action: 'send', summary: `${service} says ${contract.name}`, ...about },
    ]),
    ...hearers.map((service): [string, Json] => [
      `${service.replaceAll(' ', '_')}.hears.${contract.name}`,
      { action: 'receive', summary: `${service.replaceAll(' ', '_')}.hears.${contract.name}`, ...about },
    ]),
  ];
}

function message(contract: MessageContract): Json {
  const text = { type: 'string' };
  return {
    name: contract.name,
    title: contract.type,
    summary: contract.description,
    contentType: 'application/cloudevents+json',
    payload: {
      type: 'object',
      required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'dataschema', 'correlationid', 'data'],
      properties: {
        specversion: { const: '1.0' },
        id: { type: 'string', format: 'uuid' },
        source: text,
        type: { const: contract.type },
        subject: text,
        time: { type: 'string', format: 'date-time' },
        dataschema: { const: dataschemaOf(contract) },
        datacontenttype: { const: 'application/json' },
        correlationid: text,
        causationid: text,
        traceparent: text,
        tracestate: text,
        merchantid: text,
        data: { $ref: `#/components/schemas/${contract.name}` },
      },
    },
    examples: [{ name: 'example', payload: examplePayload(contract) }],
  };
}

function examplePayload(contract: MessageContract): Json {
  return {
    specversion: '1.0',
    id: '01900000-0000-7000-8000-0000000000aa',
    source: sourceOf(contract.kind === 'event' ? (contract.type.split('.')[0] ?? '') : 'orders'),
    type: contract.type,
    subject: String(Object.values(contract.example)[0]),
    time: '2026-11-21T10:00:00.000Z',
    dataschema: dataschemaOf(contract),
    datacontenttype: 'application/json',
    correlationid: '01900000-0000-7000-8000-0000000000ab',
    data: contract.example,
  };
}
