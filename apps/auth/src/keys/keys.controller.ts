import { Public } from '@florin/access';
import { Answers } from '@florin/http';
import { Controller, Get, Header } from '@nestjs/common';
import type { JWK } from 'jose';
import { SigningKeys } from './signing-keys';

@Controller('.well-known')
export class KeysController {
  constructor(private readonly signingKeys: SigningKeys) {}

  /** The public keys of access tokens. A coming key stands here before it signs. */
  @Get('jwks.json')
  @Public()
  @Header('Cache-Control', 'public, max-age=300')
  @Answers()
  keys(): Promise<{ keys: JWK[] }> {
    return this.signingKeys.published();
  }
}
