import { startDurableEcho } from '../frame/durable-echo.ts';
import type { Figure, Measure, Reference } from '../frame/figure.ts';
import { OrderAgent } from '../frame/order-agent.ts';
import { Programs } from '../frame/programs.ts';
import { alternate, median, percentile } from '../frame/statistics.ts';
import { User } from '../frame/user.ts';
import { preciseNow } from '../frame/wall-clock.ts';

const SAMPLES = 200;
/** Not counted: the first requests of a process pay for what is compiled at first use. */
const WARM_UP = 20;

/** How soon one task is on its way, when nothing else is. */
export const latency: Measure = {
  name: 'latency',
  async run() {
    await using programs = await Programs.prepare();
    const server = await programs.startServer();
    await using user = new User(server);
    await using echo = await startDurableEcho(programs.folder);

    await using agent = await OrderAgent.enrol(server, 'orders');
    const untilOrdered = async () => {
      const startedAt = performance.now();
      const ordered = agent.nextOrder();
      await user.api.task.submit.mutate({ batch: 'orders', tasks: [{ command: ['true'] }] });
      const { executionId, receivedAt } = await ordered;
      await agent.succeed(executionId);
      return receivedAt - startedAt;
    };
    const orders = await sample(echo.roundTrip, untilOrdered);

    await programs.startAgent({ name: 'starts', batch: 'starts', concurrency: 1, prefetch: 0 });
    await user.until(({ workers }) => workers.some(({ name, status }) => name === 'starts' && status === 'running'));
    const untilStarted = async () => {
      const submittedAt = preciseNow();
      const { first } = await user.api.task.submit.mutate({ batch: 'starts', tasks: [{ command: ['date', '+%s%N'] }] });
      await user.untilEnded(first);
      return Number(await user.printedBy(first)) / 1_000_000 - submittedAt;
    };
    const starts = await sample(echo.roundTrip, untilStarted);

    return [
      {
        what: 'submit → order at the agent, idle',
        ...orders,
        target: { of: 'value', bound: 'most', later: 1.5 },
        method: `From the call of \`task.submit\` to the order in an agent's subscription, both in this process; median of ${SAMPLES}, one after the other. ${REFERENCE}`,
      },
      {
        what: 'submit → process started, idle',
        ...starts,
        target: { of: 'value', bound: 'most', now: 10, later: 3 },
        method: `From the call of \`task.submit\` to the time that the command, \`date +%s%N\`, prints itself; a real agent; median of ${SAMPLES}, one after the other. ${REFERENCE}`,
      },
    ];
  },
};

const REFERENCE =
  'Reference: one round trip over a WebSocket of this machine to a thread that makes one durable commit.';

async function sample(
  roundTrip: () => Promise<number>,
  measure: () => Promise<number>,
): Promise<Pick<Figure, 'value' | 'unit' | 'p99' | 'reference' | 'ratio'>> {
  const { references, measured } = await alternate(SAMPLES + WARM_UP, roundTrip, measure);
  const counted = measured.slice(WARM_UP);
  const value = median(counted);
  const reference: Reference = {
    what: 'WebSocket round trip and one commit',
    value: median(references.slice(WARM_UP)),
    unit: 'ms',
  };
  return { value, unit: 'ms', p99: percentile(counted, 99), reference, ratio: value / reference.value };
}
