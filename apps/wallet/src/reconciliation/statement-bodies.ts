import { Refusal } from '@florin/kernel';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { mostBytes } from './statement-line';

export const statementsPath = 'reconciliation/statements';
const types = ['text/csv', 'application/xml', 'text/xml'];

export interface StatementFile {
  format: 'csv' | 'camt.053';
  bytes: Buffer;
}

/** How many files a process reads at once: memory is bounded by this times the largest file. */
const mostAtOnce = 2;

/**
 * Lets the route for statements, and no other, take CSV and XML. The body is left on the socket until its sender is known and
 * allowed to send one: a file is large.
 */
@Injectable()
export class StatementBodies implements OnModuleInit {
  private readonly bodies = new WeakMap<FastifyRequest, IncomingMessage>();
  private reading = 0;

  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter?.getInstance<FastifyInstance | undefined>();
    // Without an HTTP server (a worker role) nothing is sent to us.
    if (!fastify || typeof fastify.addContentTypeParser !== 'function') return;
    fastify.addContentTypeParser(types, (request, payload, done) => {
      if (!/\/reconciliation\/statements(\/dry-run)?$/.test(request.routeOptions.url ?? '')) return done(unsupported());
      this.bodies.set(request, payload);
      done(null);
    });
  }

  /**
   * Runs the work with the file that came with the request. Refuses with 415 when there is none of a kind that is read, 413 when it is
   * too large, and 503 when as many are being read as memory allows.
   */
  async withFile<T>(request: FastifyRequest, work: (file: StatementFile) => Promise<T>): Promise<T> {
    const body = this.bodies.get(request);
    if (!body) throw unsupported();
    if (this.reading >= mostAtOnce)
      throw new Refusal('unavailable', 'imports_busy', 'Other statements are being read.', { retryAfterSeconds: 2 });
    this.reading += 1;
    try {
      const format = request.headers['content-type']?.startsWith('text/csv') === true ? 'csv' : 'camt.053';
      return await work({ format, bytes: await bytesOf(body, request.headers['content-length']) });
    } finally {
      this.reading -= 1;
    }
  }
}

async function bytesOf(body: IncomingMessage, stated: string | undefined): Promise<Buffer> {
  if (Number(stated ?? 0) > mostBytes) throw tooLarge();
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > mostBytes) throw tooLarge();
    parts.push(part);
  }
  if (size === 0) throw new Refusal('invalid', 'statement_empty', 'The request has no body.');
  return Buffer.concat(parts);
}

const tooLarge = (): Refusal =>
  new Refusal('too_large', 'body_too_large', `A statement may have ${mostBytes} bytes. Send it in parts.`);

const unsupported = (): Refusal =>
  new Refusal(
    'unsupported_media',
    'unsupported_media_type',
    'Send text/csv or application/xml to the route for statements, application/json elsewhere.',
  );
