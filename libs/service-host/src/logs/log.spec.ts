import { withCause } from '@florin/kernel';
import { createLog } from './log';
import { addLogFields, withLogFields } from './log-fields';
import { NestLog } from './nest-log';

function recorder() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, log: createLog({ service: 'orders', level: 'info', destination }) };
}

describe('the log', () => {
  it('OBS-30: writes one JSON object a line with service, level, time and the ids of what is being handled', () => {
    const { lines, log } = recorder();
    withCause({ correlationId: 'req-1', causationId: 'msg-1' }, () =>
      withLogFields({ member_id: 'm-1' }, () => {
        addLogFields({ order_id: 'o-1' });
        log.info({ amount_minor: 5 }, 'charged');
      }),
    );
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        service: 'orders',
        request_id: 'req-1',
        message_id: 'msg-1',
        member_id: 'm-1',
        order_id: 'o-1',
        amount_minor: 5,
        msg: 'charged',
      },
    ]);
  });

  it('OBS-30: shows an error with its cause, and none of its other properties', () => {
    const { lines, log } = recorder();
    const cause = Object.assign(new Error('duplicate key'), { code: '23505', parameters: ['ada@demo.test'] });
    new NestLog(log).error(new Error('could not save', { cause }), 'Members');
    expect(lines[0]).toMatchObject({
      level: 'error',
      context: 'Members',
      msg: 'could not save',
      err: { type: 'Error', cause: { message: 'duplicate key', code: '23505' } },
    });
    expect(JSON.stringify(lines)).not.toContain('ada@demo.test');
  });

  it.each([
    ['a sentence', ['started', 'Relay'], { msg: 'started', context: 'Relay' }],
    [
      'a sentence and a stack',
      ['broke', 'Error: x\n    at y', 'Relay'],
      { msg: 'broke', stack: 'Error: x\n    at y', context: 'Relay' },
    ],
    [
      'fields and a sentence',
      [{ request_id: 'r' }, 'broke', 'Http'],
      { msg: 'broke', request_id: 'r', context: 'Http' },
    ],
    [
      'an error and a sentence',
      [new Error('x'), 'broke', 'Jobs'],
      { msg: 'broke', err: { message: 'x' }, context: 'Jobs' },
    ],
  ] as const)("takes Nest's ways of logging: %s", (_what, [message, ...rest], expected) => {
    const { lines, log } = recorder();
    new NestLog(log).error(message, ...rest);
    expect(lines[0]).toMatchObject(expected);
  });
});
