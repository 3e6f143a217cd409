import { AccessModule, type Caller, CurrentCaller, Requires } from '@florin/access';
import { databaseMigrations, DatabaseModule } from '@florin/database';
import { HttpModule, idempotencyMigrations } from '@florin/http';
import { MessagingModule, messagingMigrations } from '@florin/messaging';
import { BaseConfig, ServiceHostModule } from '@florin/service-host';
import { startService, type StartedService } from '@florin/testing';
import { Controller, Get, Module } from '@nestjs/common';
import type { House } from './house';

const service = 'neighbour';
const migrations = [...databaseMigrations, ...messagingMigrations, ...idempotencyMigrations];

@Controller('doors')
class DoorsController {
  @Get('shopper')
  @Requires('orders.own:read')
  shopper(@CurrentCaller() caller: Caller) {
    return { subject: caller.subject, merchant: caller.merchantInForce ?? null, roles: caller.roles };
  }

  @Get('programs')
  @Requires('loyalty.program:read')
  seePrograms() {
    return { open: true };
  }

  @Get('programs/change')
  @Requires('loyalty.program:write')
  changePrograms() {
    return { open: true };
  }
}

@Module({
  imports: [
    ServiceHostModule.forService({ service, config: BaseConfig }),
    DatabaseModule.forService({ service, migrations }),
    MessagingModule.forService({ service }),
    HttpModule.forService({ service }),
    AccessModule.forService(),
  ],
  controllers: [DoorsController],
})
class NeighbourModule {}

/** Another service of the same installation: it knows of auth what auth publishes, and nothing else. */
export function startNeighbour(house: House, roles?: string): Promise<StartedService> {
  return startService(NeighbourModule, {
    migrations,
    broker: house.service.broker,
    env: { JWKS_URL: house.jwksUrl },
    ...(roles !== undefined && { roles }),
  });
}
