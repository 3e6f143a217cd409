import { newId } from '@florin/kernel';
import type { HttpClient } from '@florin/testing';
import type { WrittenDto } from '../src/books/journal.dto';
import type { ProposalDto } from '../src/books/proposal.dto';
import { account, books, clerk, house, journal, officer, open, openBooks, post } from './books-desk';
import type { Page } from './house';

openBooks();

it('a journal needs a second person above the threshold, whoever proposed it cannot be both', async () => {
  const fund = await open('fund', true, 'SEK');
  const other = await open('fund-two', true, 'SEK');
  const save = (version: number, above: number | null) =>
    officer.put(
      `${books}/settings`,
      { currency: 'SEK', four_eyes_above_minor: above, reason: 'Policy' },
      {
        headers: { 'if-match': `"${version}"` },
      },
    );
  expect([(await save(0, 500)).status, (await save(0, 900)).status]).toEqual([200, 412]);
  const wanted = journal([
    [fund, -501],
    [other, 501],
  ]);
  expect(
    (
      await post(
        journal([
          [fund, -500],
          [other, 500],
        ]),
      )
    ).status,
  ).toBe(201);
  // Cut into parts it is the same.
  const parts = [300, 201].map((amount) => ({
    postings: journal([
      [fund, -amount],
      [other, amount],
    ]).postings,
  }));
  const cut = await officer.post<WrittenDto>(`${books}/bulk`, { atomic: false, journals: parts, reason: 'Parts' });
  expect([cut.status, cut.body.state]).toEqual([202, 'proposed']);
  const proposed = await post(wanted);
  expect([proposed.status, proposed.body.state]).toEqual([202, 'proposed']);
  expect((await account(other)).posted_minor).toBe(500);
  const decide = (by: HttpClient, what: string) =>
    by.post<ProposalDto>(`${books}/proposals/${proposed.body.proposal_id}/${what}`, { reason: 'Seen' });
  expect((await decide(officer, 'approve')).problem?.code).toBe('needs_another_person');
  const colleague = clerk(newId());
  const approved = await decide(colleague, 'approve');
  expect([approved.status, approved.body.state]).toEqual([200, 'approved']);
  expect((await account(other)).posted_minor).toBe(1_001);
  expect((await decide(colleague, 'approve')).problem?.code).toBe('proposal_decided');
  await expect(
    house.service.query('UPDATE ledger_proposals SET decided_by = proposed_by WHERE id = $1', [approved.body.id]),
  ).rejects.toThrow('ledger_proposals_four_eyes');
  const waiting = await officer.get<Page<ProposalDto>>(`${books}/proposals`, { query: { state: 'proposed' } });
  expect(waiting.body.data.map(({ id }) => id)).toEqual([cut.body.proposal_id]);
});
