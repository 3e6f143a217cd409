import { assert } from '@florin/kernel';
import { solve } from './linear-system';

/** What was learnt: the odds of fraud grow by e^weight with each standard deviation of a number. */
export interface LogisticModel {
  means: number[];
  deviations: number[];
  weights: number[];
  intercept: number;
}

export interface Example {
  vector: readonly number[];
  /** Whether it turned out to be fraud. */
  fraud: boolean;
}

/** Keeps weights finite where one number alone tells the classes apart. */
const ridge = 1;
/** Newton's method converges in under ten steps; more means that it does not. */
const mostSteps = 50;
const closeEnough = 1e-9;

/**
 * Fits a logistic regression with an L2 penalty by Newton's method (iteratively reweighted least squares: Hastie, Tibshirani
 * and Friedman, The Elements of Statistical Learning, 2nd ed., section 4.4.1). No chance in it: the same examples give the
 * same model. Takes at least one example; vectors have one length.
 */
export function fit(examples: readonly Example[]): LogisticModel {
  assert(examples.length > 0, 'a model is fitted to at least one example');
  const { means, deviations } = scaleOf(examples.map(({ vector }) => vector));
  const rows = examples.map(({ vector }) => [1, ...standardised(vector, means, deviations)]);
  const truths = examples.map(({ fraud }) => (fraud ? 1 : 0));
  let weights = new Array<number>(means.length + 1).fill(0);
  for (let step = 0; step < mostSteps; step += 1) {
    const change = newtonStep(rows, truths, weights);
    weights = weights.map((weight, index) => weight + (change[index] ?? 0));
    if (Math.max(...change.map(Math.abs)) < closeEnough) break;
  }
  const [intercept = 0, ...slopes] = weights;
  return { means, deviations, weights: slopes, intercept };
}

/** The probability of fraud, and what each number added to its log-odds. */
export function predict(
  model: LogisticModel,
  vector: readonly number[],
): { probability: number; contributions: number[] } {
  const scaled = standardised(vector, model.means, model.deviations);
  const contributions = scaled.map((value, index) => value * (model.weights[index] ?? 0));
  return { probability: sigmoid(contributions.reduce((sum, each) => sum + each, model.intercept)), contributions };
}

function newtonStep(rows: readonly number[][], truths: readonly number[], weights: readonly number[]): number[] {
  const size = weights.length;
  const gradient = weights.map((weight, index) => (index === 0 ? 0 : -ridge * weight));
  const curvature = weights.map((_, at) =>
    weights.map((__, other): number => (at === other ? (at === 0 ? 1e-9 : ridge) : 0)),
  );
  rows.forEach((row, index) => {
    const probability = sigmoid(row.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0));
    const slack = (truths[index] ?? 0) - probability;
    const certainty = probability * (1 - probability);
    for (let at = 0; at < size; at += 1) {
      const value = row[at] ?? 0;
      gradient[at] = (gradient[at] ?? 0) + slack * value;
      const line = curvature[at];
      if (line)
        for (let other = 0; other < size; other += 1)
          line[other] = (line[other] ?? 0) + certainty * value * (row[other] ?? 0);
    }
  });
  return solve(curvature, gradient);
}

function scaleOf(vectors: readonly (readonly number[])[]): Pick<LogisticModel, 'means' | 'deviations'> {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const columns = (vectors[0] ?? []).map((_, at) => vectors.map((vector) => vector[at] ?? 0));
  const means = columns.map(mean);
  const deviations = columns.map((column, at) =>
    Math.sqrt(mean(column.map((value) => (value - (means[at] ?? 0)) ** 2))),
  );
  // A number that never varies says nothing; dividing by 1 keeps it at zero.
  return { means, deviations: deviations.map((deviation) => (deviation > 1e-12 ? deviation : 1)) };
}

const standardised = (vector: readonly number[], means: readonly number[], deviations: readonly number[]): number[] =>
  vector.map((value, at) => (value - (means[at] ?? 0)) / (deviations[at] ?? 1));

const sigmoid = (odds: number): number =>
  odds >= 0 ? 1 / (1 + Math.exp(-odds)) : Math.exp(odds) / (1 + Math.exp(odds));
