export const allRoles = ['api', 'worker', 'relay'] as const;

/** api: answers business requests. worker: hears messages and runs scheduled jobs. relay: publishes the outbox. */
export type Role = (typeof allRoles)[number];

/** What this process does. Injectable, for parts that only some processes should run. */
export class Roles {
  private readonly held: ReadonlySet<Role>;

  constructor(held: readonly Role[]) {
    this.held = new Set(held);
  }

  has(role: Role): boolean {
    return this.held.has(role);
  }

  toString(): string {
    return [...this.held].join(',');
  }
}
