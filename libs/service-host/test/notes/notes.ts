import { Body, Controller, Get, Inject, Module, Param, Post, Query } from '@nestjs/common';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { Type } from 'class-transformer';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { AccessModule, Public, Requires } from '@florin/access';
import { merchantSaved } from '@florin/contracts';
import type { Envelope, MerchantSaved } from '@florin/contracts';
import { DatabaseModule, databaseMigrations, Transactions } from '@florin/database';
import { HttpModule, idempotencyMigrations } from '@florin/http';
import { newId, sleep } from '@florin/kernel';
import type { Clock } from '@florin/kernel';
import { Consumes, MessagingModule, messagingMigrations, Outbox } from '@florin/messaging';
import type { Delivery } from '@florin/messaging';
import { addLogFields, BaseConfig, CLOCK, LocalDefault, ServiceHostModule } from '../../src';

export class Notes1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE notes (id uuid PRIMARY KEY, text text NOT NULL)');
    await runner.query('CREATE TABLE heard (note_id uuid PRIMARY KEY, traceparent text, times int NOT NULL DEFAULT 1)');
    await runner.query('CREATE TABLE ticks (at timestamptz NOT NULL DEFAULT clock_timestamp())');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ticks, heard, notes');
  }
}

export const notesMigrations = [
  ...databaseMigrations,
  ...messagingMigrations,
  ...idempotencyMigrations,
  Notes1764000000000,
];

export class NotesConfig extends BaseConfig {
  @LocalDefault('local-seal')
  @IsString()
  NOTES_SEAL_KEY: string;

  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10)
  NOTES_PER_PAGE = 5;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  HANDLER_TAKES_MS = 0;
}

class NewNote {
  @IsString() text: string;
  @IsOptional() @IsInt() takes_ms?: number;
}

@Controller('notes')
class NotesController {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @Requires('orders.own:write')
  async write(@Body() note: NewNote): Promise<{ id: string }> {
    const id = newId();
    addLogFields({ note_id: id });
    await this.transactions.run(async (tx) => {
      await tx.execute('INSERT INTO notes VALUES ($1, $2)', [id, note.text]);
      await sleep(note.takes_ms ?? 0);
      await this.outbox.add(tx, merchantSaved, id, { ...merchantSaved.example, merchantId: id });
    });
    return { id };
  }

  @Get('time')
  @Public()
  time(@Query('zone') zone?: string): { now: string; zone?: string } {
    return { now: this.clock.now().toISOString(), zone };
  }

  @Get(':noteId/broken')
  @Public()
  broken(@Param('noteId') noteId: string): never {
    throw new Error(`cannot read ${noteId}`);
  }
}

@Controller()
class MerchantSavedConsumer {
  constructor(
    private readonly config: NotesConfig,
    private readonly transactions: Transactions,
  ) {}

  /** Any event would do; the host does not look inside. */
  @Consumes(merchantSaved)
  async handle(event: Envelope<MerchantSaved>, { tx }: Delivery): Promise<void> {
    await sleep(this.config.HANDLER_TAKES_MS);
    await tx.execute('INSERT INTO heard VALUES ($1, $2) ON CONFLICT (note_id) DO UPDATE SET times = heard.times + 1', [
      event.data.merchantId,
      event.traceparent,
    ]);
  }

  @Cron('* * * * * *', { name: 'notes.tick' })
  async tick(): Promise<void> {
    await this.transactions.run((tx) => tx.execute('INSERT INTO ticks DEFAULT VALUES'));
  }
}

@Module({
  imports: [
    ServiceHostModule.forService({ service: 'notes', config: NotesConfig }),
    DatabaseModule.forService({ service: 'notes', migrations: notesMigrations }),
    // Short, so that a test of a stuck handler need not wait half a minute.
    MessagingModule.forService({ service: 'notes', silentAfterMs: 3_000, watchdogMs: 500, drainMs: 4_000 }),
    HttpModule.forService({ service: 'notes' }),
    AccessModule.forService(),
    ScheduleModule.forRoot(), // as a library may do that has schedules of its own
  ],
  controllers: [NotesController, MerchantSavedConsumer],
})
export class NotesModule {}
