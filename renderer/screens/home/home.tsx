import type { CountersSnapshot } from '#core/contract/counters.ts';
import { LinkBar, LinkState } from '../../components/link-state.tsx';
import type { Link } from '../../state/counters.ts';
import { Batches } from './batches.tsx';
import { Tasks } from './tasks.tsx';
import { Workers } from './workers.tsx';

interface HomeProps {
  server: { name: string; address: string };
  link: Link;
  snapshot: CountersSnapshot | undefined;
}

/** The first screen: is it going well? Counters of all tasks on top, then batches, then workers. */
export function Home({ server, link, snapshot }: HomeProps) {
  return (
    <>
      <header>
        <h1>scitq</h1>
        <span className="server">
          <span>{server.name}</span>
          <span className="figures quiet">{server.address.replace(/^https?:\/\//, '')}</span>
        </span>
        <LinkState link={link} />
      </header>
      <LinkBar link={link} figuresAt={snapshot?.at} />
      {snapshot === undefined ? (
        <main>{link.state === 'connecting' && <p className="quiet">Connecting to the server…</p>}</main>
      ) : (
        <main className={link.state === 'live' ? undefined : 'stale'}>
          <Tasks tasks={snapshot.tasks} />
          <Batches batches={snapshot.batches} />
          <Workers workers={snapshot.workers} />
        </main>
      )}
    </>
  );
}
