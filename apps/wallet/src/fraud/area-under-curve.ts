export interface Ranked {
  score: number;
  fraud: boolean;
}

/**
 * The chance that a fraud is scored above a genuine payment, ties counting half: 0.5 is guessing, 1 is perfect (Hanley and
 * McNeil, The Meaning and Use of the Area under a ROC Curve, 1982). Nothing when one of the two is missing.
 */
export function areaUnderCurve(ranked: readonly Ranked[]): number | undefined {
  const sorted = [...ranked].sort((a, b) => a.score - b.score);
  const frauds = sorted.filter(({ fraud }) => fraud).length;
  const genuine = sorted.length - frauds;
  if (frauds === 0 || genuine === 0) return undefined;
  let rankSum = 0;
  for (let from = 0; from < sorted.length;) {
    let to = from;
    while (to < sorted.length && sorted[to]?.score === sorted[from]?.score) to += 1;
    // Equal scores share the mean of their ranks.
    const rank = (from + 1 + to) / 2;
    rankSum += rank * sorted.slice(from, to).filter(({ fraud }) => fraud).length;
    from = to;
  }
  return (rankSum - (frauds * (frauds + 1)) / 2) / (frauds * genuine);
}
