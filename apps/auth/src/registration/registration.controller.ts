import { Public } from '@florin/access';
import { Answers, RateLimit } from '@florin/http';
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import type { Origin } from '../auth-log/auth-log';
import { CurrentOrigin } from '../auth-log/current-origin';
import { SendAgainDto, SignUpAnswerDto, SignUpDto, VerifiedDto, VerifyEmailDto } from './registration.dto';
import { SignUp } from './sign-up';
import { VerifyEmail } from './verify-email';

const message = 'If the address is new, a mail with a link is on its way to it.';

@Controller('auth')
export class RegistrationController {
  constructor(
    private readonly signUp: SignUp,
    private readonly verifyEmail: VerifyEmail,
  ) {}

  /** Answers the same for a new address and a known one. */
  @Post('sign-up')
  @Public()
  @HttpCode(202)
  @RateLimit({ limit: 30, windowSeconds: 60, per: 'address' })
  @Answers(SignUpAnswerDto, { status: 202 })
  async create(@Body() input: SignUpDto, @CurrentOrigin() origin: Origin): Promise<SignUpAnswerDto> {
    await this.signUp.execute(input, origin);
    return { message };
  }

  @Post('verify-email')
  @Public()
  @HttpCode(200)
  @RateLimit({ limit: 30, windowSeconds: 60, per: 'address' })
  @Answers(VerifiedDto)
  async verify(@Body() { token }: VerifyEmailDto, @CurrentOrigin() origin: Origin): Promise<VerifiedDto> {
    await this.verifyEmail.execute(token, origin);
    return { verified: true };
  }

  /** What the link in the mail opens. */
  @Get('verify-email')
  @Public()
  @RateLimit({ limit: 30, windowSeconds: 60, per: 'address' })
  @Answers(VerifiedDto)
  follow(@Query() query: VerifyEmailDto, @CurrentOrigin() origin: Origin): Promise<VerifiedDto> {
    return this.verify(query, origin);
  }

  @Post('verification')
  @Public()
  @HttpCode(202)
  @RateLimit({ limit: 5, windowSeconds: 60, per: 'address' })
  @Answers(SignUpAnswerDto, { status: 202 })
  async sendAgain(@Body() { email }: SendAgainDto): Promise<SignUpAnswerDto> {
    await this.verifyEmail.sendAgain(email);
    return { message };
  }
}
