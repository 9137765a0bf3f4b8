import { describeStore } from '../conformance.ts';
import { openSqliteStore } from './index.ts';

describeStore('SQLite', () => openSqliteStore({ file: ':memory:' }));
