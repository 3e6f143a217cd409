import { type Caller, CurrentCaller, Public, Requires } from '@florin/access';
import { Reads } from '@florin/database';
import { Answers, RateLimit } from '@florin/http';
import type { Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import type { Origin } from '../auth-log/auth-log';
import { CurrentOrigin } from '../auth-log/current-origin';
import { EndSession } from './end-session';
import { LogIn } from './log-in';
import { RefreshSession } from './refresh-session';
import { LogInDto, RefreshDto, SessionDto, TokensDto } from './session.dto';

/** One person has few sessions; older ones are of no use to look at. */
const shown = 50;

@Controller('auth')
export class SessionsController {
  constructor(
    private readonly logIn: LogIn,
    private readonly refreshSession: RefreshSession,
    private readonly endSession: EndSession,
    private readonly reads: Reads,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('login')
  @Public()
  @HttpCode(200)
  @RateLimit({ limit: 60, windowSeconds: 60, per: 'address' })
  @Answers(TokensDto)
  login(@Body() input: LogInDto, @CurrentOrigin() origin: Origin): Promise<TokensDto> {
    return this.logIn.execute(input, origin);
  }

  @Post('refresh')
  @Public()
  @HttpCode(200)
  @RateLimit({ limit: 120, windowSeconds: 60, per: 'address' })
  @Answers(TokensDto)
  refresh(@Body() input: RefreshDto, @CurrentOrigin() origin: Origin): Promise<TokensDto> {
    return this.refreshSession.execute(input.refresh_token, origin);
  }

  @Post('logout')
  @Public()
  @HttpCode(204)
  @Answers()
  logout(@Body() input: RefreshDto, @CurrentOrigin() origin: Origin): Promise<void> {
    return this.endSession.execute(input.refresh_token, origin);
  }

  /** The caller's sessions that can still be refreshed, the latest used first. */
  @Get('sessions')
  @Requires('auth.own:read')
  @Answers([SessionDto])
  sessions(@CurrentCaller() caller: Caller): Promise<SessionDto[]> {
    return this.reads.query<SessionDto>(
      `SELECT id, id = $2 AS current, address, user_agent, created_at, last_used_at FROM user_sessions AS session
       WHERE user_id = $1 AND revoked_at IS NULL
         AND EXISTS (SELECT 1 FROM refresh_tokens WHERE session_id = session.id AND expires_at > $4)
       ORDER BY last_used_at DESC LIMIT $3`,
      [caller.subject, caller.sessionId ?? null, shown, this.clock.now()],
    );
  }
}
