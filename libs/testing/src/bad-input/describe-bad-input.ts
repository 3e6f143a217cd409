import { undeclaredRoutes } from '@florin/access';
import { oddPaths, oddQueriesOf } from './address-rows';
import { missingHeaders, unreadableBodies, wrongFields } from './body-rows';
import { foreignMerchant, oddCallers, wrongRoles, wrongTokens } from './caller-rows';
import { Prober, type Target } from './prober';
import { servedRoutes } from './served-routes';

/** Thousands of requests a row on a busy machine. */
const patienceMs = 180_000;

/** What a service is started with here: no limit that would answer in its place. */
export const noLimits: Readonly<Record<string, string>> = {
  RATE_LIMIT_ADDRESS_PER_MINUTE: '0',
  RATE_LIMIT_USER_PER_MINUTE: '0',
  RATE_LIMIT_ROUTE_FACTOR: '0',
  RATE_LIMIT_ADAPTIVE: 'off',
};

/**
 * Registers the table of bad input over every route of a service: made from its OpenAPI document, so a new route is in it.
 * Start the service with `noLimits`, and with something of each kind for its merchant, for others to be kept away from.
 */
export function describeBadInput(service: string, open: () => Promise<Target>): void {
  describe(`bad input of ${service}`, () => {
    let opened: Prober;
    beforeAll(async () => {
      opened = await Prober.open(await open());
    }, patienceMs);
    afterAll(async () => {
      const { service: started, close } = opened.target;
      await (close ?? started.close)();
    });

    const prober = () => opened;
    routesAreDeclared(prober);
    inputIsChecked(prober);
    callersAreChecked(prober);
    // Last: it looks back on everything that was sent.
    row('GW-03: every success had a status that its document names', () => Promise.resolve([...opened.undocumented]));
  });
}

/** One row of the table: what was not refused as it should be. */
function row(title: string, faults: () => Promise<string[]>): void {
  it(title, async () => expect(await faults()).toEqual([]), patienceMs);
}

/** The document is the truth about the routes. */
function routesAreDeclared(prober: () => Prober): void {
  it('GW-03: its document has every route that it serves, and no other', () => {
    const documented = prober()
      .operations.map(({ name }) => name)
      .sort();
    expect(documented.length).toBeGreaterThan(0);
    expect(documented).toEqual(servedRoutes(prober().target.service.app));
  });

  it('every route says which permission it needs, in the document too', () => {
    expect(undeclaredRoutes(prober().target.service.app)).toEqual([]);
    const silent = prober().operations.filter(({ isPublic, permissions }) => isPublic === permissions.length > 0);
    expect(silent).toEqual([]);
  });
}

/** Bodies, paths and queries. */
function inputIsChecked(prober: () => Prober): void {
  row('SEC-13, GW-15: a field that is missing, wrong, odd, too long or unknown is 4xx with a code, and named', () =>
    prober().faults(prober().operations.flatMap((operation) => wrongFields(operation, prober()))),
  );

  row('SEC-13, GW-15: a body that is no JSON, of another type, too large or too deep is refused', () =>
    prober().faults(prober().operations.flatMap(unreadableBodies)),
  );

  row('SEC-13, GW-15: odd ids and queries are 4xx with a code', () =>
    prober().faults(
      prober().operations.flatMap((operation) => [...oddPaths(operation, prober()), ...oddQueriesOf(operation)]),
    ),
  );
}

/** Tokens, roles, merchants and the headers that a write needs. */
function callersAreChecked(prober: () => Prober): void {
  row(
    'GW-05: no route but the public ones answers without a token, or to one that is forged, expired or for others',
    async () => prober().faults(await wrongTokens(prober())),
  );

  row('GW-06, GW-07: a header that claims more than the token is 403, and odd callers are answered sanely', async () =>
    prober().faults(await oddCallers(prober())),
  );

  it(
    'every role gets 403 on exactly the routes whose permission it lacks',
    async () => {
      const { refused, admitted } = await wrongRoles(prober());
      expect(await prober().faults(refused)).toEqual([]);
      const turnedAway = [];
      for (const request of admitted) {
        const { problem } = await prober().send(request);
        if (problem?.code === 'permission_missing') turnedAway.push(`${request.operation.name} ${request.what}`);
      }
      expect(turnedAway).toEqual([]);
    },
    patienceMs,
  );

  row('GW-08: another merchant reads nothing, changes nothing and cannot pass for this one', () =>
    foreignMerchant(prober()),
  );

  row('GW-09: a write without an Idempotency-Key or If-Match is refused', () =>
    prober().faults(prober().operations.flatMap((operation) => missingHeaders(operation, prober()))),
  );

  it('GW-09: every write of a caller needs a key, or the version that it changes', () => {
    const writes = prober().operations.filter(({ method, isPublic }) => !isPublic && /^P/.test(method));
    expect(writes.filter(({ needsKey, needsIfMatch }) => !needsKey && !needsIfMatch).map(({ name }) => name)).toEqual(
      [],
    );
  });
}
