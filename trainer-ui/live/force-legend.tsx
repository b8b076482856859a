/** How strong the forces are that are drawn: what the longest arrow and the reddest joint stand for. */
import './force-legend.css';
import { useEffect, useRef } from 'react';
import { useApp } from '../context.ts';
import { forceWords } from '../scene/force-words.ts';
import type { Stage } from '../scene/stage.ts';

/** Faster, and nobody could read it. */
const EVERY = 400;

export function ForceLegend({ stage }: { stage: Stage | undefined }) {
  const root = useRef<HTMLDivElement>(null);
  const isShown = useApp((s) => s.forces && s.welcome?.environment.rays === false);
  useEffect(() => {
    if (!stage || !isShown) return;
    const tell = () => {
      const { contact, joint } = forceWords(stage.forceScale);
      const says = { contact: contact || 'no contact now', joint };
      for (const [name, words] of Object.entries(says)) {
        const line = root.current?.querySelector<HTMLElement>(`[data-force="${name}"]`);
        if (line && line.textContent !== words) line.textContent = words;
      }
    };
    tell();
    const timer = setInterval(tell, EVERY);
    return () => clearInterval(timer);
  }, [stage, isShown]);
  if (!isShown) return null;
  return (
    <div className="force-legend glass" ref={root} data-testid="force-legend">
      <svg viewBox="0 0 16 10" aria-hidden>
        <path d="M0 5h10M9 1l6 4-6 4z" stroke="#fab005" strokeWidth="2" fill="#fab005" />
      </svg>
      <span data-force="contact" />
      <svg viewBox="0 0 16 10" aria-hidden>
        <rect x="3" y="2" width="10" height="6" rx="3" fill="#ff6b6b" />
      </svg>
      <span data-force="joint" />
    </div>
  );
}
