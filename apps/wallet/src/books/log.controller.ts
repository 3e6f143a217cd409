import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Answers, IsId } from '@florin/http';
import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { IsOptional } from 'class-validator';
import { Readable } from 'node:stream';
import { JournalDto } from './journal.dto';
import { JournalQueries } from './journal-queries';

class LogQuery {
  /** The id of the last journal that was read: the stream starts behind it. */
  @IsOptional()
  @IsId()
  after?: string;
}

@Controller('ledger')
export class LogController {
  constructor(private readonly queries: JournalQueries) {}

  /** Every journal that touches the merchant's accounts, the first first, as NDJSON: a line of JSON each. */
  @Get('log')
  @Requires('wallet.ledger:read')
  @Answers(JournalDto)
  log(@CurrentCaller() caller: Caller, @Query() { after }: LogQuery): StreamableFile {
    const lines = Readable.from(this.queries.stream(caller.merchantId, after));
    return new StreamableFile(lines, { type: 'application/x-ndjson' });
  }
}
