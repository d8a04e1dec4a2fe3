// The widest point of a flow: the most that tasks which may run at the same time ask for together.
// That is a maximum-weight antichain of the graph. By Dilworth's theorem (weighted) it equals the least flow that takes
// every task's weight through that task; source: Möhring, "Algorithmic aspects of comparability graphs" (1985), section 3.
import { type Graph, topological } from "./graph.ts";

/**
 * The greatest sum of `weight` over tasks of which none depends on another, even through others. Weights are whole
 * numbers ≥ 0 of any unit. O(V · E · flow steps), with Dinic's algorithm; 2,000 tasks take well under a second.
 */
export function widest(graph: Graph, weight: (task: string) => number): number {
  // What runs at the end runs beside none of the others.
  const part = (atEnd: boolean): Graph => new Map([...graph].filter(([, node]) => (node.atEnd ?? false) === atEnd));
  return Math.max(widestPart(part(false), weight), widestPart(part(true), weight));
}

function widestPart(graph: Graph, weight: (task: string) => number): number {
  const order = topological(graph);
  const index = new Map(order.map((name, i) => [name, i]));
  const n = order.length;
  const [source, sink] = [2 * n, 2 * n + 1];
  // A flow that meets every lower bound: each task's weight goes from the source through it alone to the sink. What can
  // then be taken back, by pushing along dependencies, is a maximum flow from the tasks' outsides to their insides.
  const network = new Network(2 * n + 2);
  let total = 0;
  for (const [i, name] of order.entries()) {
    const w = weight(name);
    total += w;
    network.connect(source, i, w);
    network.connect(n + i, sink, w);
    network.connect(n + i, i, Number.POSITIVE_INFINITY); // a chain may pass through a task on its way
    for (const need of graph.get(name)?.needs.keys() ?? []) {
      const before = index.get(need);
      if (before !== undefined) network.connect(before, n + i, Number.POSITIVE_INFINITY);
    }
  }
  return total - network.maxFlow(source, sink);
}

/** A flow network for Dinic's algorithm, edges in pairs: an edge's reverse is its index xor 1. */
class Network {
  private readonly from: number[][];
  private readonly to: number[] = [];
  private readonly left: number[] = [];

  constructor(nodes: number) {
    this.from = Array.from({ length: nodes }, () => []);
  }

  connect(a: number, b: number, capacity: number): void {
    this.from[a]!.push(this.to.length);
    this.to.push(b);
    this.left.push(capacity);
    this.from[b]!.push(this.to.length);
    this.to.push(a);
    this.left.push(0);
  }

  maxFlow(source: number, sink: number): number {
    let flow = 0;
    for (;;) {
      const level = this.levels(source);
      if (level[sink]! < 0) return flow;
      const next = new Array<number>(this.from.length).fill(0);
      for (let pushed = this.push(source, sink, level, next); pushed > 0; pushed = this.push(source, sink, level, next))
        flow += pushed;
    }
  }

  private levels(source: number): number[] {
    const level = new Array<number>(this.from.length).fill(-1);
    level[source] = 0;
    const queue = [source];
    for (const node of queue) {
      for (const edge of this.from[node]!) {
        const other = this.to[edge]!;
        if (this.left[edge]! > 0 && level[other]! < 0) {
          level[other] = level[node]! + 1;
          queue.push(other);
        }
      }
    }
    return level;
  }

  /** One augmenting path, without recursion: graphs may be deep. */
  private push(source: number, sink: number, level: number[], next: number[]): number {
    const path: number[] = [];
    let node = source;
    while (node !== sink) {
      const edges = this.from[node]!;
      const edge = edges[next[node]!];
      if (edge === undefined) {
        if (path.length === 0) return 0;
        const back = path.pop()!;
        node = this.to[back ^ 1]!;
        next[node]!++;
      } else if (this.left[edge]! > 0 && level[this.to[edge]!]! === level[node]! + 1) {
        path.push(edge);
        node = this.to[edge]!;
      } else next[node]!++;
    }
    const amount = Math.min(...path.map((edge) => this.left[edge]!));
    for (const edge of path) {
      this.left[edge]! -= amount;
      this.left[edge ^ 1]! += amount;
    }
    return amount;
  }
}
