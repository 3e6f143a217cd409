import { Controller, Get, Res, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import type { HealthCheckResult, HealthIndicatorFunction } from '@nestjs/terminus';
import { Public } from '@florin/access';
import type { FastifyReply } from 'fastify';
import { Lifecycle } from '../lifecycle';
import { DatabasePing } from './database-ping';
import { EventLoop } from './event-loop';
import { Messaging } from './messaging';

/** The three questions of an orchestrator. 200 with `status: ok`, or 503 with what is wrong. */
@Public()
@Controller()
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly lifecycle: Lifecycle,
    private readonly database: DatabasePing,
    private readonly eventLoop: EventLoop,
    private readonly messaging: Messaging,
  ) {}

  /** Would a restart help? Asks the process alone: a database or broker that is down is not mended by killing us. */
  @Get('livez')
  live(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    return this.answer(reply, [
      () => this.say('event_loop', !this.eventLoop.stuck, { median_delay_ms: this.eventLoop.medianDelayMs }),
      () => this.say('consumers', !this.messaging.stuck(), { silent: this.messaging.silentQueues() }),
    ]);
  }

  /** Should requests come here? Not while draining, nor without the database. The broker is told, not asked: writes wait in the outbox. */
  @Get('readyz')
  ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    return this.answer(reply, [
      () => this.say('lifecycle', !this.lifecycle.draining, { draining: this.lifecycle.draining }),
      async () => {
        const reason = await this.database.failure();
        return this.say('database', reason === undefined, reason === undefined ? {} : { reason });
      },
      () => this.say('broker', true, { connected: this.messaging.connected() }),
    ]);
  }

  /** Has it started? Migrations and caches may take their time before the other two count. */
  @Get('startupz')
  startup(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    return this.answer(reply, [() => this.say('lifecycle', this.lifecycle.started, {})]);
  }

  private say(key: string, isWell: boolean, facts: Record<string, unknown>) {
    const indicator = this.indicators.check(key);
    return isWell ? indicator.up(facts) : indicator.down(facts);
  }

  private async answer(reply: FastifyReply, indicators: HealthIndicatorFunction[]): Promise<HealthCheckResult> {
    void reply.header('cache-control', 'no-store');
    try {
      return await this.checks.check(indicators);
    } catch (error) {
      // Terminus throws its result. Here it is the answer, not an error to be shaped into a problem.
      if (!(error instanceof ServiceUnavailableException)) throw error;
      void reply.status(503);
      return error.getResponse() as HealthCheckResult;
    }
  }
}
