import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connect } from '#client/connect.ts';
import { App } from './app.tsx';
import { OutsideTheApp } from './screens/outside-the-app.tsx';
import { makeCountersStore } from './state/counters.ts';
import { watchCounters } from './state/watch-counters.ts';

const place = document.getElementById('screens');
if (place === null) throw new Error('index.html has no place for the screens');
const root = createRoot(place);

if (window.scitq === undefined) {
  root.render(<OutsideTheApp />);
} else {
  const { address, token } = await window.scitq.connection();
  const store = makeCountersStore();
  const client = connect({ address, token });
  const stopWatching = watchCounters(client, store);
  window.addEventListener('pagehide', () => {
    stopWatching();
    void client.close();
  });
  root.render(
    <StrictMode>
      <App store={store} server={{ name: 'this computer', address }} />
    </StrictMode>,
  );
}
