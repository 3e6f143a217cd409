import { hashOf } from '@florin/kernel';
import { areaUnderCurve } from './area-under-curve';
import { type Example, fit, type LogisticModel, predict } from './logistic-regression';

/** What a model must reach before it is used. */
export interface ModelBar {
  min_examples: number;
  min_auc: number;
}

export interface LabelledVector extends Example {
  paymentId: string;
}

export interface TrainedModel {
  model: LogisticModel;
  examples: number;
  frauds: number;
  heldOut: number;
  /** On the examples it was not trained with; nothing when they are all of one kind. */
  auc: number | undefined;
  active: boolean;
  /** Why it is used or not, for staff. */
  reason: string;
  /** Of all the examples: the same digest gives the same model. */
  digest: string;
}

/** One in so many is kept from training, to be measured with. */
const heldOutOf = 5;

/** A payment is held out or not by its id alone, so that no training ever sees what it is measured with. */
const isHeldOut = ({ paymentId }: LabelledVector): boolean =>
  Number.parseInt(paymentId.slice(-4), 16) % heldOutOf === 0;

/** Trains on four of five examples and measures on the fifth. Nothing when there is nothing to tell apart. */
export function trainModel(labelled: readonly LabelledVector[], bar: ModelBar): TrainedModel | undefined {
  const examples = [...labelled].sort((a, b) => (a.paymentId < b.paymentId ? -1 : 1));
  const training = examples.filter((each) => !isHeldOut(each));
  const heldOut = examples.filter(isHeldOut);
  if (training.every(({ fraud }) => fraud) || !training.some(({ fraud }) => fraud)) return undefined;
  const model = fit(training);
  const auc = areaUnderCurve(
    heldOut.map(({ vector, fraud }) => ({ score: predict(model, vector).probability, fraud })),
  );
  const shortfall = shortfallOf(examples.length, auc, bar);
  return {
    model,
    examples: examples.length,
    frauds: examples.filter(({ fraud }) => fraud).length,
    heldOut: heldOut.length,
    auc,
    active: shortfall === undefined,
    reason: shortfall ?? 'beats_the_bar',
    digest: hashOf(examples),
  };
}

function shortfallOf(count: number, auc: number | undefined, bar: ModelBar): string | undefined {
  if (count < bar.min_examples) return 'too_few_examples';
  if (auc === undefined) return 'nothing_to_measure_with';
  return auc < bar.min_auc ? 'tells_too_little' : undefined;
}
