import type { Link } from '../state/counters.ts';
import type { Appearance } from '../status/shapes.ts';
import { StatusWord } from './status-word.tsx';

const APPEARANCE: Readonly<Record<Link['state'], Appearance>> = {
  connecting: { shape: 'quarter', tone: 'grey' },
  live: { shape: 'full', tone: 'green' },
  offline: { shape: 'dashed', tone: 'amber' },
  refused: { shape: 'cross', tone: 'red' },
};

/** How the window stands with its server, in the header. */
export function LinkState({ link }: { link: Link }) {
  return <StatusWord appearance={APPEARANCE[link.state]} word={link.state} />;
}

/** The bar under the header while the figures are not live; nothing otherwise. `figuresAt` is when they were true. */
export function LinkBar({ link, figuresAt }: { link: Link; figuresAt: number | undefined }) {
  return <div role="status">{notice(link, figuresAt)}</div>;
}

function notice(link: Link, figuresAt: number | undefined) {
  if (link.state === 'offline') {
    return (
      <p className="notice" data-tone="amber">
        <strong>The server has not answered since {timeOfDay(link.since)}.</strong>{' '}
        {figuresAt === undefined ? '' : `The figures below are from ${timeOfDay(figuresAt)}. `}
        Tasks that run go on running, and this window connects again by itself.
      </p>
    );
  }
  if (link.state === 'refused') {
    return (
      <p className="notice" data-tone="red">
        <strong>The server refused this window: {link.reason.replace(/\.$/, '')}.</strong> Quit scitq and start it
        again; if that does not help, its log says why.
      </p>
    );
  }
  return null;
}

function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}
