/** Throw it in a handler when trying again can never help: the message goes to the dead letters at once. The reason is shown to operators. */
export class PoisonMessage extends Error {
  override readonly name = 'PoisonMessage';

  constructor(
    readonly reason: string,
    detail = reason,
  ) {
    super(detail);
  }
}
