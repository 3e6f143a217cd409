import fc from 'fast-check';
import { type Answer, faultOf, HttpClient } from '@florin/testing';
import { curlOf, type FuzzedRequest, requestsTo } from './requests';
import type { World } from './world';

export interface Outcome {
  /** How many answers of each status; refusals of limits apart. */
  statuses: Record<string, number>;
  /** Routes that answered at least once with success. */
  reached: Set<string>;
  /** Each with the smallest request that still fails, as a curl line. */
  failures: string[];
}

/** As many lanes as requests at once; each is a run of its own, with a seed of its own. */
const lanes = 16;

/**
 * Sends so many requests, made from the seed alone, sixteen at a time. A lane that meets a bad answer stops there, looks for
 * the smallest request that still gets one, and reports that.
 */
export async function attack(base: string, world: World, seed: number, requests: number): Promise<Outcome> {
  const outcome: Outcome = { statuses: {}, reached: new Set(), failures: [] };
  const client = new HttpClient(base);
  const everything = requestsTo(world);
  const lane = async (number: number): Promise<void> => {
    let last = '';
    const property = fc.asyncProperty(everything, async (request) => {
      const answer = await send(client, request);
      const status = String(answer.status);
      outcome.statuses[status] = (outcome.statuses[status] ?? 0) + 1;
      if (answer.status < 300) outcome.reached.add(request.operation.name);
      const fault = wrongWith(world, request, answer);
      if (fault === undefined) return true;
      last = `${fault}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 400)}`;
      return false;
    });
    const numRuns = Math.ceil(requests / lanes);
    const { failed, counterexample } = await fc.check(property, { seed: seed + number, numRuns });
    if (failed && counterexample) outcome.failures.push(`${curlOf(base, counterexample[0])}\n  ${last}`);
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  return outcome;
}

function send(client: HttpClient, { operation, who, path, headers, body }: FuzzedRequest): Promise<Answer<unknown>> {
  return client.send(operation.method, path, body, { token: who.token, key: null, headers });
}

function wrongWith(world: World, { operation, who }: FuzzedRequest, answer: Answer<unknown>): string | undefined {
  if (isLimit(answer)) return undefined;
  const fault = faultOf(answer, { successes: operation.successes });
  if (fault !== undefined || answer.status >= 300 || operation.isPublic) return fault;
  if (who.token === null || who.name === 'a forger') return 'let somebody in without a token';
  if (who.isForeign && JSON.stringify(answer.body ?? '').includes(world.merchantId))
    return "shows another merchant's data";
  return undefined;
}

/** The service says on purpose that it is too busy, and when to come back. */
function isLimit({ status, headers, problem }: Answer<unknown>): boolean {
  return status === 503 && headers.has('retry-after') && problem?.code === 'overloaded';
}
