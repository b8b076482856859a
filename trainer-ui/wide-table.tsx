/** A table that is scrolled sideways where it does not fit: it fades at a side where there is more of it. */
import './wide-table.css';
import { Table } from '@mantine/core';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';

export function WideTable(props: {
  /** What is in it, for who does not see it. */
  label: string;
  /** Below this it scrolls, px. */
  minWidth: number;
  children: ReactNode;
}) {
  const viewport = useRef<HTMLDivElement>(null);
  const beyond = useBeyond(viewport);
  return (
    <Table.ScrollContainer
      minWidth={props.minWidth}
      className="wide-table"
      data-beyond={beyond}
      scrollAreaProps={{
        type: 'auto',
        viewportRef: viewport,
        viewportProps: { tabIndex: 0, role: 'region', 'aria-label': props.label },
      }}
    >
      {props.children}
    </Table.ScrollContainer>
  );
}

/** Sides at which there is more than is seen: `left`, `right`, both or none. */
function useBeyond(viewport: RefObject<HTMLDivElement | null>): string {
  const [beyond, setBeyond] = useState('');
  useEffect(() => {
    const box = viewport.current;
    if (!box) return;
    const look = () => {
      const { scrollLeft, clientWidth, scrollWidth } = box;
      const left = scrollLeft > 1 ? ['left'] : [];
      const right = scrollLeft + clientWidth < scrollWidth - 1 ? ['right'] : [];
      setBeyond([...left, ...right].join(' '));
    };
    const observer = new ResizeObserver(look);
    for (const element of [box, ...box.children]) observer.observe(element);
    box.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', look);
    };
  }, [viewport]);
  return beyond;
}
