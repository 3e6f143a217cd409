import type { Caller } from '@florin/access';
import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { UserDto, UsersQuery } from './user.dto';
import { emailKey } from './users.repository';

const columns = 'id, email, display_name, locale, roles, merchants, all_merchants, email_verified_at, created_at';

/** Accounts: one's own, and for staff those of their merchants. */
@Injectable()
export class UserQueries {
  constructor(private readonly reads: Reads) {}

  async one(id: string): Promise<UserDto> {
    const [user] = await this.reads.query<UserDto>(`SELECT ${columns} FROM users WHERE id = $1`, [id]);
    if (!user) throw new Refusal('not_found', 'user_not_found', 'There is no such user.');
    return user;
  }

  async list(caller: Caller, query: UsersQuery): Promise<Page<UserDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const merchantId = caller.merchants === '*' ? caller.merchantInForce : caller.merchantId;
    const rows = await this.reads.query<UserDto>(
      `SELECT ${columns} FROM users
       WHERE ($1::uuid IS NULL OR merchants @> ARRAY[$1::uuid]) AND ($2::text IS NULL OR email_key = $2) AND ($3::uuid IS NULL OR id > $3::uuid)
       ORDER BY id LIMIT $4`,
      [
        merchantId ?? null,
        query.email === undefined ? null : emailKey(query.email),
        after?.id ?? null,
        query.limit + 1,
      ],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }
}
