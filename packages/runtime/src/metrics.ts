import { Counter as PromCounter, collectDefaultMetrics, Gauge as PromGauge, Histogram as PromHistogram, Registry } from "prom-client";

export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(labels?: Labels, by?: number): void;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
}

export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

/** The numbers of one process. Names are `troupe_…` with the unit in them; the values of a label are few and known. */
export interface Metrics {
  counter(name: string, help: string, labelNames?: readonly string[]): Counter;
  gauge(name: string, help: string, labelNames?: readonly string[]): Gauge;
  /** `buckets` are upper bounds, in the unit of the name. */
  histogram(name: string, help: string, buckets: readonly number[], labelNames?: readonly string[]): Histogram;
  /** All of them as Prometheus reads them. */
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** With the process's own (CPU, heap, event loop) from the start; `labels` are on every line. */
export function makeMetrics(labels: Labels): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels(labels);
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    counter: (name, help, labelNames = []) => {
      const counter = new PromCounter({ name, help, labelNames: [...labelNames], registers });
      return { add: (values = {}, by = 1) => counter.inc({ ...values }, by) };
    },
    gauge: (name, help, labelNames = []) => {
      const gauge = new PromGauge({ name, help, labelNames: [...labelNames], registers });
      return { set: (value, values = {}) => gauge.set({ ...values }, value) };
    },
    histogram: (name, help, buckets, labelNames = []) => {
      const histogram = new PromHistogram({ name, help, buckets: [...buckets], labelNames: [...labelNames], registers });
      return { observe: (value, values = {}) => histogram.observe({ ...values }, value) };
    },
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
