import { type ArgumentsHost, Catch, type ExceptionFilter, NotFoundException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { throwError } from 'rxjs';
import { routeTableOf } from './adapter';
import { methodNotAllowed } from './problem';
import { sendDescribed, sendProblem } from './problem-reply';

/** Every error of every route leaves as application/problem+json (GW-15). Messages have their own handling and pass through. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): unknown {
    if (host.getType() !== 'http') return throwError(() => thrown);
    const http = host.switchToHttp();
    const [request, reply] = [http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>()];
    const methods = thrown instanceof NotFoundException ? methodsOf(request) : [];
    if (methods.length === 0) sendProblem(request, reply, thrown);
    else sendDescribed(request, reply.header('Allow', methods.join(', ')), methodNotAllowed);
    return undefined;
  }
}

function methodsOf(request: FastifyRequest): string[] {
  const [path = ''] = request.url.split('?', 1);
  return routeTableOf(request.server)?.methodsOf(path) ?? [];
}
