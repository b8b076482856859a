/** Seconds until what happens if nobody answers. Who listens to the page is told once, not every second. */
import { useEffect, useMemo, useState } from 'react';
import { useApp } from '../context.ts';

const EVERY = 200;

/** `what` happens then, as in "it brakes". */
export function Countdown({ what }: { what: string }) {
  const left = useApp((s) => s.status?.ask?.secondsLeft ?? null);
  const paused = useApp((s) => s.status?.state === 'paused');
  // Every status brings it anew.
  const until = useMemo(() => (left === null ? null : performance.now() + 1000 * left), [left]);
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), EVERY);
    return () => clearInterval(timer);
  }, []);
  if (until === null) return null;
  if (paused) return <> Unanswered, {what} once it goes on.</>;
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return (
    <>
      {' '}
      Unanswered, {what}
      <span aria-hidden data-testid="countdown" data-seconds={seconds}>
        {' '}
        in {seconds} s
      </span>
      .
    </>
  );
}
