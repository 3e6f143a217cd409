import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Answers, IsId, RateLimit } from '@florin/http';
import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { IsOptional } from 'class-validator';
import { Readable } from 'node:stream';
import { ChainDto, ChainReportDto } from './chain.dto';
import { ChainQueries } from './chain-queries';
import { JournalDto } from './journal.dto';
import { JournalQueries } from './journal-queries';

class LogQuery {
  /** The id of the last journal that was read: the stream starts behind it. */
  @IsOptional()
  @IsId()
  after?: string;
}

/** The journals as they were written, and the proof that they still say so. */
@Controller('ledger')
export class LogController {
  constructor(
    private readonly queries: JournalQueries,
    private readonly chain: ChainQueries,
  ) {}

  /** Every journal that touches the merchant's accounts, the first first, as NDJSON: a line of JSON each. */
  @Get('log')
  @Requires('wallet.ledger:read')
  @Answers(JournalDto)
  log(@CurrentCaller() caller: Caller, @Query() { after }: LogQuery): StreamableFile {
    const lines = Readable.from(this.queries.stream(caller.merchantId, after));
    return new StreamableFile(lines, { type: 'application/x-ndjson' });
  }

  /** Where the hash chain over all journals stands. */
  @Get('chain')
  @Requires('wallet.ledger:read')
  @Answers(ChainDto)
  head(): Promise<ChainDto> {
    return this.chain.head();
  }

  /** Computes the whole chain anew from the journals as they stand. */
  @Get('chain/verification')
  @Requires('wallet.ledger:read')
  @RateLimit({ limit: 6, windowSeconds: 60 })
  @Answers(ChainReportDto)
  verify(): Promise<ChainReportDto> {
    return this.chain.verify();
  }
}
