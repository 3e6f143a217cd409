import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IfMatch,
  tag,
} from '@florin/http';
import { Body, Controller, Get, Param, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { KeepTemplates } from './keep-templates';
import { SaveTemplateDto, TemplateDto } from './template.dto';

@Controller('notifications/templates')
export class TemplatesController {
  constructor(private readonly keepTemplates: KeepTemplates) {}

  @Get()
  @Requires('notifications.template:read')
  @Answers([TemplateDto])
  list(@CurrentCaller() caller: Caller): Promise<TemplateDto[]> {
    return this.keepTemplates.list(caller.merchantId);
  }

  @Get(':key')
  @Requires('notifications.template:read')
  @Answers(TemplateDto)
  async one(
    @CurrentCaller() caller: Caller,
    @Param('key') key: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TemplateDto> {
    const template = await this.keepTemplates.one(caller.merchantId, key);
    tag(reply, template.version);
    return template;
  }

  @Put(':key')
  @Requires('notifications.template:write')
  @Idempotent()
  @Answers(TemplateDto)
  save(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Param('key') key: string,
    @IfMatch() version: number,
    @Body() input: SaveTemplateDto,
  ): Promise<Answered<TemplateDto>> {
    return this.keepTemplates.save(caller, request, key, version, input);
  }
}
