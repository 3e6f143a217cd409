import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IsId,
  type Page,
} from '@florin/http';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CreateUsers } from './create-users';
import { CreateUserDto, ImportResultDto, ImportUsersDto, UserDto, UsersQuery } from './user.dto';
import { UserQueries } from './user-queries';

class CreatedUserDto {
  @IsId()
  id: string;
}

@Controller('users')
export class UsersController {
  constructor(
    private readonly createUsers: CreateUsers,
    private readonly queries: UserQueries,
  ) {}

  @Get('me')
  @Requires('auth.own:read')
  @Answers(UserDto)
  me(@CurrentCaller() caller: Caller): Promise<UserDto> {
    return this.queries.one(caller.subject);
  }

  @Get()
  @Requires('auth.user:read')
  @Answers(UserDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: UsersQuery): Promise<Page<UserDto>> {
    return this.queries.list(caller, query);
  }

  @Post()
  @Requires('auth.user:admin')
  @Idempotent()
  @Answers(CreatedUserDto, { status: 201 })
  create(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: CreateUserDto,
  ): Promise<Answered<CreatedUserDto>> {
    return this.createUsers.one(caller, request, input);
  }

  /** Brings customers over from another system, up to 1,000 at once. */
  @Post('import')
  @Requires('auth.user:admin')
  @Idempotent()
  @Answers(ImportResultDto, { status: 201 })
  import(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: ImportUsersDto,
  ): Promise<Answered<ImportResultDto>> {
    return this.createUsers.import(caller, request, input);
  }
}
