interface Route {
  method: string;
  pattern: RegExp;
}

/** Which methods a path answers: only asked when no route matched, to tell 405 from 404. */
export class RouteTable {
  private readonly routes: Route[] = [];

  add(methods: string | readonly string[], url: string): void {
    for (const method of [methods].flat()) {
      if (!url.includes('*')) this.routes.push({ method, pattern: patternOf(url) });
    }
  }

  methodsOf(path: string): string[] {
    return [...new Set(this.routes.filter((route) => route.pattern.test(path)).map((route) => route.method))].sort();
  }
}

function patternOf(url: string): RegExp {
  const segments = url
    .split('/')
    .map((segment) => (segment.includes(':') ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${segments.join('/')}/?$`);
}
