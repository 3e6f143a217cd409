import type { Caller } from '@florin/access';
import { Reads, Transactions } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok, requireVersion } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { defaultTemplates, type Template, type TemplateKey, templateKeys } from './default-templates';
import { requireTemplate } from './render-template';
import type { SaveTemplateDto, TemplateDto } from './template.dto';
import { TemplatesRepository } from './templates.repository';

/** The templates of a merchant: their own words where they have some, ours elsewhere. */
@Injectable()
export class KeepTemplates {
  constructor(
    private readonly reads: Reads,
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly templates: TemplatesRepository,
  ) {}

  async list(merchantId: string): Promise<TemplateDto[]> {
    const own = new Map(
      (await this.templates.of(this.reads, [merchantId])).map((template) => [template.key, template]),
    );
    return templateKeys.map((key) => {
      const { subject, text, html, version } = own.get(key) ?? { ...defaultTemplates[key], version: 0 };
      return { key, subject, text, html, version, is_default: version === 0 };
    });
  }

  async one(merchantId: string, key: string): Promise<TemplateDto> {
    const template = (await this.list(merchantId)).find((each) => each.key === key);
    if (!template) throw templateNotFound();
    return template;
  }

  /** Replaces a template. Refuses what cannot be filled in (422), an unknown key (404) and an old version (412). */
  async save(
    caller: Caller,
    request: IdempotentRequest,
    key: string,
    version: number,
    input: SaveTemplateDto,
  ): Promise<Answered<TemplateDto>> {
    if (!isKey(key)) throw templateNotFound();
    await requireTemplate(key, input);
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        // One at a time, also where there is no row yet that could be locked.
        await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('notification_templates:' || $1 || $2, 0))`, [
          caller.merchantId,
          key,
        ]);
        const [before] = await tx.query<{ version: number }>(
          'SELECT version FROM notification_templates WHERE merchant_id = $1 AND key = $2',
          [caller.merchantId, key],
        );
        requireVersion(version, before?.version ?? 0);
        await tx.execute(
          `INSERT INTO notification_templates (merchant_id, key, version, subject, body_text, body_html, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (merchant_id, key) DO UPDATE SET version = $3, subject = $4, body_text = $5, body_html = $6, updated_by = $7, updated_at = now()`,
          [caller.merchantId, key, version + 1, input.subject, input.text, input.html, caller.subject],
        );
        return ok({ key, ...input, version: version + 1, is_default: false });
      }),
    );
  }

  /** Which template each merchant uses for a key. */
  async chosen(merchantIds: readonly string[]): Promise<(merchantId: string, key: string) => Template> {
    const own = new Map(
      (await this.templates.of(this.reads, merchantIds)).map((template) => [
        `${template.merchantId}:${template.key}`,
        template,
      ]),
    );
    return (merchantId, key) => own.get(`${merchantId}:${key}`) ?? defaultTemplates[key as TemplateKey];
  }
}

const isKey = (key: string): key is TemplateKey => (templateKeys as readonly string[]).includes(key);

function templateNotFound(): Refusal {
  return new Refusal('not_found', 'template_not_found', 'There is no such template.');
}
