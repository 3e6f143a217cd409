import fc from 'fast-check';
import { derivedId } from '@florin/kernel';
import { areaUnderCurve } from './area-under-curve';
import { solve } from './linear-system';
import { fit, predict } from './logistic-regression';
import { type LabelledVector, trainModel } from './train-model';

const space = '3f0c8a52-6f0e-4d4b-9a55-5b6f1c8f2b10';
const bar = { min_examples: 100, min_auc: 0.75 };

/** Fraud follows the first number, with some noise; the second says nothing. */
function labelled(count: number, tells: boolean): LabelledVector[] {
  return Array.from({ length: count }, (_, index) => {
    const x = ((index * 7_919) % 1_000) / 1_000;
    const noise = ((index * 104_729) % 997) / 997;
    const vector = [x, noise];
    return {
      paymentId: derivedId(space, String(index)),
      vector,
      fraud: tells ? x + 0.2 * (noise - 0.5) > 0.7 : index % 3 === 0,
    };
  });
}

it('WAL-16: learns what tells fraud from genuine, is measured on payments it never saw, and gives the same model every time', () => {
  const trained = trainModel(labelled(600, true), bar);
  expect(trained).toMatchObject({ active: true, reason: 'beats_the_bar', examples: 600 });
  expect(trained?.auc).toBeGreaterThan(0.95);
  expect(trained?.heldOut).toBeGreaterThan(80);
  const [signal = 0, noise = 0] = trained?.model.weights ?? [];
  expect(signal).toBeGreaterThan(5 * Math.abs(noise));
  expect(trainModel([...labelled(600, true)].reverse(), bar)).toEqual(trained);
});

it('WAL-16: a model below the bar is kept and not used, with the reason', () => {
  expect(trainModel(labelled(90, true), bar)).toMatchObject({ active: false, reason: 'too_few_examples' });
  const guessing = trainModel(labelled(600, false), bar);
  expect(guessing).toMatchObject({ active: false, reason: 'tells_too_little' });
  expect(guessing?.auc).toBeLessThan(0.65);
  expect(
    trainModel(
      labelled(600, true).map((each) => ({ ...each, fraud: false })),
      bar,
    ),
  ).toBeUndefined();
});

it('the fit is where the log-likelihood with its penalty cannot grow: every gradient is zero', () => {
  const vectors = fc.array(
    fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }), fc.boolean()),
    {
      minLength: 4,
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(vectors, (rows) => {
      // One of each kind, or the intercept has no end.
      const examples = [...rows, [3, 4, true] as const, [4, 3, false] as const].map(([a, b, fraud]) => ({
        vector: [a, b],
        fraud,
      }));
      const model = fit(examples);
      const gaps = examples.map(({ vector, fraud }) => (fraud ? 1 : 0) - predict(model, vector).probability);
      expect(Math.abs(gaps.reduce((sum, gap) => sum + gap, 0))).toBeLessThan(1e-6);
      model.weights.forEach((weight, at) => {
        const slope = examples.reduce((sum, { vector }, index) => {
          const scaled = ((vector[at] ?? 0) - (model.means[at] ?? 0)) / (model.deviations[at] ?? 1);
          return sum + scaled * (gaps[index] ?? 0);
        }, -weight);
        expect(Math.abs(slope)).toBeLessThan(1e-5);
      });
    }),
  );
});

it('what the numbers contribute adds up to the log-odds', () => {
  const model = fit(labelled(200, true));
  const { probability, contributions } = predict(model, [0.8, 0.1]);
  const odds = contributions.reduce((sum, each) => sum + each, model.intercept);
  expect(Math.log(probability / (1 - probability))).toBeCloseTo(odds, 9);
});

it('the area under the curve is the share of pairs in the right order, ties counting half', () => {
  expect(areaUnderCurve([{ score: 1, fraud: true }])).toBeUndefined();
  const ranked = fc.array(fc.record({ score: fc.integer({ min: 0, max: 5 }), fraud: fc.boolean() }), { maxLength: 30 });
  fc.assert(
    fc.property(ranked, (all) => {
      const pairs = all
        .filter(({ fraud }) => fraud)
        .flatMap((bad) =>
          all
            .filter(({ fraud }) => !fraud)
            .map((good) => (bad.score > good.score ? 1 : bad.score === good.score ? 0.5 : 0)),
        );
      const area = areaUnderCurve(all);
      if (pairs.length === 0) expect(area).toBeUndefined();
      else expect(area).toBeCloseTo(pairs.reduce<number>((sum, each) => sum + each, 0) / pairs.length, 9);
    }),
  );
});

it('linear equations are solved, also where the first pivot is zero', () => {
  expect(
    solve(
      [
        [0, 2],
        [3, 1],
      ],
      [4, 5],
    ),
  ).toEqual([1, 2]);
});
