import { NothingYet } from '../components/nothing-yet.tsx';

/** What a browser shows: without the app there is nobody to tell this page the server's token. */
export function OutsideTheApp() {
  return (
    <main>
      <section aria-label="scitq">
        <NothingYet
          why="These screens open in the scitq app, which knows the token of its server."
          next="In a terminal, the same counters are shown by:"
          command="scitq status"
        />
      </section>
    </main>
  );
}
