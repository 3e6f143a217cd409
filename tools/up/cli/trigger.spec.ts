import { inPlainWords } from '../failure';
import { memberOf, readWish } from './trigger';

describe('florin trigger', () => {
  it('reads amounts exactly, and refuses what is none', () => {
    const amount = (text: string): number => readWish(['orders.order.completed', '--amount', text]).amountMinor;
    expect([amount('72.50'), amount('72.5'), amount('72'), amount('0.07'), amount('1234567.89')]).toEqual([
      7250, 7250, 7200, 7, 123456789,
    ]);
    for (const wrong of ['', '72.505', '-1', '7e3', 'x']) expect(() => amount(wrong)).toThrow('no amount');
  });

  it('says what can be triggered', () => {
    expect(() => readWish(['orders.order.cancelled'])).toThrow('cannot be triggered');
  });

  it('says in plain words that it does not know an option or a person, and what to do', () => {
    const person = (name: string, role: string) => ({ name, role, email: `${name}@demo.test`, password: 'x' });
    const people = [person('ada', 'customer'), person('ben', 'customer'), person('ops', 'ops_manager')];
    const said = (work: () => unknown): string => {
      try {
        work();
      } catch (error) {
        return inPlainWords(error);
      }
      return 'nothing';
    };
    for (const name of ['nobody', 'ops'])
      expect(
        said(() => memberOf({ people }, name))
          .trim()
          .split('\n'),
      ).toEqual([`It did not work: no member is called ${name}`, '  What to do:      choose one of ada, ben']);
    const odd = said(() => readWish(['orders.order.completed', '--membre', 'ada']));
    expect(odd).toMatch(/did not work: .*--membre.*\n.*What to do: +florin trigger orders/);
    expect(odd).not.toContain(' at ');
  });
});
