import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  IfMatch,
  type Page,
  PageQuery,
  tag,
} from '@florin/http';
import { Body, Controller, Get, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ProgramDto, SaveProgramDto } from './program.dto';
import { ProgramQueries } from './program-queries';
import { SaveProgram } from './save-program';

@Controller('loyalty/programs')
export class ProgramsController {
  constructor(
    private readonly saveProgram: SaveProgram,
    private readonly queries: ProgramQueries,
  ) {}

  @Post()
  @Requires('loyalty.program:write')
  @Idempotent()
  @Answers(ProgramDto, { status: 201 })
  create(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: SaveProgramDto,
  ): Promise<Answered<ProgramDto>> {
    return this.saveProgram.create(caller, request, input);
  }

  /** Publishes the next version; what was earned under older ones stays. */
  @Put(':id')
  @Requires('loyalty.program:write')
  @Idempotent()
  @Answers(ProgramDto)
  change(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @IfMatch() version: number,
    @Body() input: SaveProgramDto,
  ): Promise<Answered<ProgramDto>> {
    return this.saveProgram.change(caller, request, id, version, input);
  }

  @Get()
  @Requires('loyalty.program:read')
  @Answers(ProgramDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<ProgramDto>> {
    return this.queries.list(caller.merchantId, query);
  }

  @Get(':id')
  @Requires('loyalty.program:read')
  @Answers(ProgramDto)
  async one(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProgramDto> {
    const program = await this.queries.one(caller.merchantId, id);
    tag(reply, program.version);
    return program;
  }
}
