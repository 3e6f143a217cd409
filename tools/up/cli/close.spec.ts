import { newId } from '@florin/kernel';
import { inPlainWords } from '../failure';
import { readWish, table } from './close';

describe('florin close', () => {
  it('reads a month and what to do with it', () => {
    expect(readWish(['2026-11'])).toEqual({ period: '2026-11', what: 'prepare', merchant: undefined, json: false });
    expect(readWish(['2026-11', '--approve', '--merchant', 'koffie'])).toMatchObject({
      what: 'approve',
      merchant: 'koffie',
    });
    expect(readWish(['--verify', '2026-11', '--json'])).toMatchObject({ what: 'verify', json: true });
  });

  it('says in plain words what is no month, and what cannot go together', () => {
    const said = (args: string[]): string => {
      try {
        readWish(args);
      } catch (error) {
        return inPlainWords(error);
      }
      return 'nothing';
    };
    for (const wrong of [[], ['2026-13'], ['november'], ['2026-11', '2026-12']])
      expect(said(wrong)).toMatch(/is no month\n.*florin close 2026-11/);
    expect(said(['2026-11', '--approve', '--verify'])).toContain('not both at once');
    expect(said(['2026-11', '--force'])).toContain('--force');
  });

  it('shows the roll-forward of every program', () => {
    const amounts = { opening_minor: 0, additions_minor: 884_230, clawed_back_minor: 0, redeemed_minor: 410_210 };
    const rest = { breakage_minor: 0, expired_minor: 0, closing_minor: 474_020 };
    const expected = { expected_points: 9_700, expected_low_points: 9_150, expected_high_points: 10_000 };
    const program = { program_id: newId(), currency: 'EUR', ...amounts, ...rest, ...expected };
    const lines = table({
      id: newId(),
      period: '2026-11',
      state: 'prepared',
      hash: 'ab'.repeat(32),
      programs: [program],
    });
    expect(lines).toHaveLength(3);
    expect(lines[2]?.split(/\s+/).slice(2, 10)).toEqual(['0', '884230', '0', '410210', '0', '0', '474020', 'EUR,']);
  });
});
