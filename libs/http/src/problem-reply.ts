import { Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describe, type Described, problemType } from './problem';

const logger = new Logger('Http');

/** Answers a request with the problem that a thrown value is, and records it when it is ours. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, thrown: unknown): FastifyReply {
  const described = describe(thrown);
  const route = request.routeOptions?.url ?? '(no route)';
  if (described.ours)
    logger.error({ err: thrown, request_id: request.id, method: request.method, route }, described.problem.title);
  return sendDescribed(request, reply, described);
}

/** Answers with a problem document (RFC 9457), or closes the connection when an answer has begun. */
export function sendDescribed(
  request: FastifyRequest,
  reply: FastifyReply,
  { problem, retryAfterSeconds }: Described,
): FastifyReply {
  // A stream that broke half way cannot become a problem any more; closing the connection is the only honest end.
  if (reply.sent || reply.raw.headersSent) {
    reply.raw.destroy();
    return reply;
  }
  if (retryAfterSeconds !== undefined)
    void reply.header('Retry-After', String(Math.max(1, Math.ceil(retryAfterSeconds))));
  void reply.removeHeader('ETag');
  return reply
    .status(problem.status)
    .header('Content-Type', problemType)
    .header('Cache-Control', 'no-store')
    .send(JSON.stringify({ ...problem, request_id: request.id }));
}
