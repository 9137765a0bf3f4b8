/** What an empty place says: why it is empty, and the command that fills it. */
export function NothingYet({ why, next, command }: { why: string; next: string; command: string }) {
  return (
    <div className="nothing">
      <p>
        <strong>{why}</strong> {next}
      </p>
      <pre>
        <code>{command}</code>
      </pre>
    </div>
  );
}
