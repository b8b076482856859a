/** Confidence against accuracy: an honest model's dots lie on the diagonal; large dots have many answers. */
import { Paper, Text, Title } from '@mantine/core';
import { WAIT_HELD_OUT } from './charts.ts';
import type { Bin } from './reliability.ts';

/** In units of the picture. */
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 312, 8, 126];
const MOST_RADIUS = 10;
const x = (confidence: number) => LEFT + (RIGHT - LEFT) * (confidence - 0.5) * 2;
const y = (accuracy: number) => BOTTOM - (BOTTOM - TOP) * accuracy;

export function ReliabilityDiagram({ bins }: { bins: readonly Bin[] }) {
  const answers = bins.reduce((n, bin) => n + bin.count, 0);
  return (
    <Paper
      p="sm"
      className="card"
      withBorder
      component="section"
      aria-label="Reliability"
      data-testid="reliability"
      data-bins={bins.length}
    >
      <div style={{ display: 'flex', justifyContent: 'space-between' }}>
        <Title order={3} size="sm">
          Reliability
        </Title>
        <Text size="sm" className="mono" c="dimmed">
          {answers > 0 ? `${answers} ${answers === 1 ? 'answer' : 'answers'}` : ''}
        </Text>
      </div>
      {answers === 0 ? (
        <Text size="xs" c="dimmed" pt={56} ta="center" style={{ minHeight: 150 }}>
          {WAIT_HELD_OUT}
        </Text>
      ) : (
        <Diagram bins={bins} />
      )}
      <Text size="xs" c="dimmed" data-testid="chart-hint">
        Dots on the diagonal: it is right as often as it says. Below: too sure of itself; answer
        more, about what it is sure of too. Large dots stand for many answers.
      </Text>
    </Paper>
  );
}

function Diagram({ bins }: { bins: readonly Bin[] }) {
  const most = Math.max(...bins.map((bin) => bin.count));
  return (
    <svg
      viewBox="0 0 320 150"
      width="100%"
      height={150}
      role="img"
      aria-label={`reliability: ${bins.map((b) => `said ${Math.round(100 * b.confidence)} %, right ${Math.round(100 * b.accuracy)} % of ${b.count}`).join('; ')}`}
      fontFamily="system-ui"
      fontSize={11}
      fill="var(--axis)"
    >
      {[0, 0.5, 1].map((a) => (
        <g key={a}>
          <line x1={LEFT} x2={RIGHT} y1={y(a)} y2={y(a)} stroke="var(--faint)" />
          <text x={LEFT - 8} y={y(a) + 4} textAnchor="end">
            {a.toFixed(1)}
          </text>
        </g>
      ))}
      {[0.5, 0.75, 1].map((c) => (
        <text key={c} x={x(c)} y={BOTTOM + 16} textAnchor={c === 1 ? 'end' : 'middle'}>
          {c === 0.75 ? 'confidence' : c.toFixed(1)}
        </text>
      ))}
      <line
        x1={x(0.5)}
        y1={y(0.5)}
        x2={x(1)}
        y2={y(1)}
        stroke="var(--axis)"
        strokeDasharray="4 4"
        strokeWidth={1.5}
      />
      {bins.map((bin) => (
        <circle
          key={bin.confidence}
          cx={x(bin.confidence)}
          cy={y(bin.accuracy)}
          r={Math.max(2.5, MOST_RADIUS * Math.sqrt(bin.count / most))}
          fill="#f783ac"
          fillOpacity={0.75}
        >
          <title>
            {`${(100 * bin.confidence).toFixed(0)} % sure, right in ${(100 * bin.accuracy).toFixed(0)} % of ${bin.count}`}
          </title>
        </circle>
      ))}
    </svg>
  );
}
