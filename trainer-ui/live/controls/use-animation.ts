import { useEffect, useRef } from 'react';

/** Calls the newest `draw` before every picture of the page, past React. */
export function useAnimation(draw: () => void): void {
  const newest = useRef(draw);
  newest.current = draw;
  useEffect(() => {
    let frame = 0;
    const next = () => {
      newest.current();
      frame = requestAnimationFrame(next);
    };
    next();
    return () => cancelAnimationFrame(frame);
  }, []);
}
