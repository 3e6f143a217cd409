import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  type Page,
} from '@florin/http';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { DryRun } from './dry-run';
import { BulkDto, JournalDto, JournalsQuery, MoveDto, PostJournalDto, ReverseDto, WrittenDto } from './journal.dto';
import { JournalQueries } from './journal-queries';
import { WriteBooks } from './write-books';

const statuses = [201, 202, 200];

/** Journals by hand. `?dry_run=true` decides by the real books, answers 200 and writes nothing. */
@Controller('ledger')
export class JournalsController {
  constructor(
    private readonly queries: JournalQueries,
    private readonly writeBooks: WriteBooks,
  ) {}

  @Get('journals')
  @Requires('wallet.ledger:read')
  @Answers(JournalDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: JournalsQuery): Promise<Page<JournalDto>> {
    return this.queries.list(caller.merchantId, query);
  }

  @Get('journals/:id')
  @Requires('wallet.ledger:read')
  @Answers(JournalDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<JournalDto> {
    return this.queries.one(caller.merchantId, id);
  }

  /** Posts a journal; above the merchant's threshold 202 with a proposal that somebody else must approve. */
  @Post('journals')
  @Requires('wallet.ledger:write')
  @Idempotent()
  @Answers(WrittenDto, { status: statuses })
  post(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @DryRun() isDryRun: boolean,
    @Body() { reason, ...journal }: PostJournalDto,
  ): Promise<Answered<WrittenDto>> {
    return this.writeBooks.execute(caller, request, { entries: [journal], atomic: true }, reason, isDryRun);
  }

  /** Moves an amount between any two accounts of the merchant. */
  @Post('transfers')
  @Requires('wallet.ledger:write')
  @Idempotent()
  @Answers(WrittenDto, { status: statuses })
  move(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @DryRun() isDryRun: boolean,
    @Body() input: MoveDto,
  ): Promise<Answered<WrittenDto>> {
    return this.writeBooks.move(caller, request, input, isDryRun);
  }

  /** Posts many journals, all or none or each by itself. */
  @Post('bulk')
  @Requires('wallet.ledger:write')
  @Idempotent()
  @Answers(WrittenDto, { status: statuses })
  bulk(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @DryRun() isDryRun: boolean,
    @Body() { journals: entries, atomic, reason }: BulkDto,
  ): Promise<Answered<WrittenDto>> {
    return this.writeBooks.execute(caller, request, { entries, atomic }, reason, isDryRun);
  }

  /** Posts the opposite, linked to it, from now on or as if it had never counted. */
  @Post('journals/:id/reversal')
  @Requires('wallet.ledger:write')
  @Idempotent()
  @Answers(WrittenDto, { status: statuses })
  reverse(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @DryRun() isDryRun: boolean,
    @Body() { at, reason }: ReverseDto,
  ): Promise<Answered<WrittenDto>> {
    const writing = { entries: [{ reverses: id.toLowerCase(), at }], atomic: true };
    return this.writeBooks.execute(caller, request, writing, reason, isDryRun);
  }
}
