import { Param } from '@nestjs/common';
import { IdPipe } from './input-pipe';

/** An id in the path: `@IdParam('orderId') orderId: string`. What cannot be an id answers 404. */
export function IdParam(name: string): ParameterDecorator {
  return Param(name, IdPipe);
}
