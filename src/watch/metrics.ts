/** Counters and gauges as Prometheus reads them (text format 0.0.4). No tenant, no amount, no number of anybody's order. */

export type Metrics = Readonly<{
  count(name: string, labels?: Readonly<Record<string, string>>): void;
  text(
    gauges: ReadonlyArray<readonly [name: string, value: number, labels?: Readonly<Record<string, string>>]>,
  ): string;
}>;

const HELP: Readonly<Record<string, string>> = {
  daozhang_http_requests_total: 'HTTP requests by route, method and status',
  daozhang_messages_total: 'Channel messages by channel and outcome',
  daozhang_errors_total: 'Errors of the workers',
  daozhang_due_overdue: 'Wake-ups that are due and not taken, by kind',
  daozhang_inbox_waiting: 'Messages that wait to be stored',
  daozhang_unfolded_oldest_seconds: 'Age of the oldest stored message that is not folded',
  daozhang_pool_connections: 'Database connections by state',
  process_resident_memory_bytes: 'Memory of this process',
};

export function openMetrics(): Metrics {
  const counters = new Map<string, number>();
  return {
    count(name, labels) {
      const series = seriesOf(name, labels);
      counters.set(series, (counters.get(series) ?? 0) + 1);
    },
    text(gauges) {
      const lines: string[] = [];
      const write = (all: ReadonlyArray<readonly [string, number]>, type: string): void => {
        let last = '';
        for (const [series, value] of [...all].sort(([a], [b]) => (a < b ? -1 : 1))) {
          const name = series.split('{')[0]!;
          if (name !== last) lines.push(`# HELP ${name} ${HELP[name] ?? name}`, `# TYPE ${name} ${type}`);
          last = name;
          lines.push(`${series} ${value}`);
        }
      };
      write([...counters], 'counter');
      write(
        gauges.map(([name, value, labels]) => [seriesOf(name, labels), value]),
        'gauge',
      );
      return `${lines.join('\n')}\n`;
    },
  };
}

function seriesOf(name: string, labels: Readonly<Record<string, string>> = {}): string {
  let pairs = '';
  for (const label in labels) pairs += `${pairs === '' ? '' : ','}${label}="${quoted(labels[label]!)}"`;
  return pairs === '' ? name : `${name}{${pairs}}`;
}

const quoted = (value: string): string =>
  /[\\"\n]/.test(value) ? value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`)) : value;
