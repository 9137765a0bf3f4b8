import { useStore } from 'zustand';
import { Home } from './screens/home/home.tsx';
import type { CountersStore } from './state/counters.ts';

/** Binds the screens to what the server says. */
export function App({ store, server }: { store: CountersStore; server: { name: string; address: string } }) {
  const link = useStore(store, (state) => state.link);
  const snapshot = useStore(store, (state) => state.snapshot);
  return <Home server={server} link={link} snapshot={snapshot} />;
}
