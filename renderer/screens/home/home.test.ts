import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import type { CountersSnapshot, StatusCounts, WorkerSummary } from '#core/contract/counters.ts';
import { BatchId, WorkerId } from '#core/contract/ids.ts';
import { STATUS_WORDS } from '#core/task/status.ts';
import type { Link } from '../../state/counters.ts';
import { Home } from './home.tsx';

const NONE: StatusCounts = { I: 0, W: 0, P: 0, A: 0, C: 0, D: 0, O: 0, R: 0, Z: 0, U: 0, V: 0, S: 0, F: 0, X: 0 };
const SOME: StatusCounts = { ...NONE, P: 8_102, R: 4, S: 17, F: 1 };
const SERVER = { name: 'this computer', address: 'http://127.0.0.1:4321' };

const node1: WorkerSummary = {
  id: WorkerId.parse(1),
  name: 'node1',
  batch: 'assembly',
  status: 'running',
  concurrency: 4,
  prefetch: 1,
  assigned: 0,
  accepted: 1,
  running: 4,
  succeeded: 812,
  failed: 2,
  createdAt: 0,
  lastContactAt: 0,
};

function snapshotOf(tasks: StatusCounts, workers: WorkerSummary[]): CountersSnapshot {
  const batch = {
    id: BatchId.parse(1),
    name: 'assembly',
    paused: true,
    tasks,
    workers: workers.map(({ name }) => name),
  };
  return { at: 0, tasks, batches: [batch], workers };
}

function markupOf(link: Link, snapshot?: CountersSnapshot): string {
  return renderToStaticMarkup(createElement(Home, { server: SERVER, link, snapshot }));
}

/** The text that is on the screen, cell by cell. */
function wordsOf(link: Link, snapshot?: CountersSnapshot): string {
  return markupOf(link, snapshot)
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

describe('home', () => {
  test('says that it is connecting before anything is known', () => {
    expect(wordsOf({ state: 'connecting' })).toContain('Connecting to the server');
  });

  test('shows all fourteen statuses with their words, and figures with separators', () => {
    const words = wordsOf({ state: 'live' }, snapshotOf(SOME, [node1]));
    for (const word of Object.values(STATUS_WORDS)) expect(words).toContain(word);
    expect(words).toContain('pending 8,102');
    expect(words).toContain('succeeded 17');
  });

  test('shows a batch with its bar in words, that it is paused, and its workers', () => {
    const markup = markupOf({ state: 'live' }, snapshotOf(SOME, [node1]));
    expect(markup).toContain('aria-label="assembly: 17 succeeded, 1 failed, 4 running, 8,102 pending"');
    const words = wordsOf({ state: 'live' }, snapshotOf(SOME, [node1]));
    expect(words).toContain('assembly paused 0 % 8,102 4 17 1 0 8,124 node1');
    expect(words).toContain('node1 running assembly 4 1 0 1 4 812 2');
  });

  test('an empty server says what to type next', () => {
    const words = wordsOf({ state: 'live' }, snapshotOf(NONE, []));
    expect(words).toContain('scitq task create -- echo hello');
    expect(words).toContain('scitq-worker');
  });

  test('while the server is away the last figures stay, and a bar says since when', () => {
    const snapshot = snapshotOf(SOME, [node1]);
    const away = wordsOf({ state: 'offline', since: Date.now() }, snapshot);
    expect(away).toContain('The server has not answered since');
    expect(away).toContain('pending 8,102');
    expect(wordsOf({ state: 'live' }, snapshot)).not.toContain('has not answered');
  });

  test('a refusal says what the server said', () => {
    expect(wordsOf({ state: 'refused', reason: 'This server does not know that token' })).toContain(
      'refused this window: This server does not know that token.',
    );
  });
});
