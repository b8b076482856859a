/** A stretch of the replay as a file: format, length and size, and what this browser cannot make. */
import './film.css';
import { Button, Group, NativeSelect, SegmentedControl, Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { exampleMarkdown } from '../../../server/protocol/index.ts';
import type { ClipClock } from '../../compare/clip-clock.ts';
import { useApp } from '../../context.ts';
import type { Stage } from '../../scene/stage.ts';
import { type Recording, rowAt } from '../recording.ts';
import { type CanEncode, type Missing, missingFormats } from './encoders.ts';
import { type FilmFormat, FORMATS, planFilm, refusalOf, SIZES, type Wanted } from './plan.ts';
import { type Film, useFilm } from './use-film.ts';

const NAMES: Readonly<Record<FilmFormat, string>> = { mp4: 'MP4', webm: 'WebM', gif: 'GIF' };
/** Seconds that are offered at first, and pixels across. */
const USUAL_SECONDS = 10;
const USUAL_WIDTH: Readonly<Record<FilmFormat, number>> = { mp4: 960, webm: 960, gif: 480 };

export interface SaveClipProps {
  readonly clock: ClipClock;
  readonly dt: number;
  readonly recording: Recording;
  readonly stage: Stage;
}

export function SaveClip({ clock, dt, recording, stage }: SaveClipProps) {
  const { length } = recording.row;
  const film = useFilm(stage, recording);
  const [from, setFrom] = useState(() => Math.min(length - 1, Math.floor(clock.time / dt)));
  const [to, setTo] = useState(() => Math.min(length, from + Math.round(USUAL_SECONDS / dt)));
  const [chosen, setChosen] = useState<FilmFormat>('mp4');
  const [width, setWidth] = useState<number>();
  const missing = useMissing(width ?? USUAL_WIDTH[chosen]);
  const format = FORMATS.find((f) => f === chosen && !missing?.[f]) ?? firstOf(missing);
  const size = SIZES.find((s) => s.width === (width ?? USUAL_WIDTH[format]))!;
  const wanted: Wanted = { format, size, from, to, dt, speed: clock.speed };
  return (
    <section className="save-clip" aria-label="save a clip" data-testid="save-clip">
      <Group gap="sm" align="end">
        <SegmentedControl
          size="xs"
          aria-label="format"
          value={format}
          disabled={film.work !== undefined}
          onChange={(value) => setChosen(value as FilmFormat)}
          data={FORMATS.map((f) => ({
            value: f,
            label: NAMES[f],
            disabled: missing?.[f] !== undefined,
          }))}
        />
        <Seconds label="from" step={from} dt={dt} clock={clock} onStep={setFrom} />
        <Seconds label="to" step={to} dt={dt} clock={clock} onStep={setTo} />
        <NativeSelect
          size="xs"
          label="size"
          value={String(size.width)}
          data={SIZES.map((s) => ({ value: String(s.width), label: `${s.width} × ${s.height}` }))}
          onChange={(event) => setWidth(Number(event.currentTarget.value))}
        />
        <Make film={film} wanted={wanted} recording={recording} isKnown={missing !== undefined} />
      </Group>
      <Said film={film} wanted={wanted} length={length} missing={missing} />
      <ForInstructions episodeId={recording.row.id} from={from} to={to} />
    </section>
  );
}

/** The same stretch as an example in the instructions of a campaign, for whoever may write them. */
function ForInstructions(segment: { episodeId: string; from: number; to: number }) {
  const role = useApp((s) => s.welcome?.person?.role);
  const [text, setText] = useState<string>();
  if (role !== 'owner' && role !== 'supervisor') return null;
  return (
    <Group gap="sm" align="end">
      <Button
        size="compact-sm"
        variant="default"
        disabled={segment.to <= segment.from}
        onClick={() => {
          const markdown = exampleMarkdown(segment, 'What it shows');
          setText(markdown);
          // Browsers give the clipboard to secure pages only; the words can be copied by hand.
          navigator.clipboard?.writeText(markdown).catch(() => {});
        }}
        data-testid="example-copy"
      >
        As an example for instructions
      </Button>
      {text && (
        <TextInput
          size="xs"
          flex="1 1 260px"
          readOnly
          aria-label="example for the instructions of a campaign"
          description="copied where the browser allows it; paste it into the instructions of a campaign"
          value={text}
          onFocus={(event) => event.currentTarget.select()}
          data-testid="example-markdown"
        />
      )}
    </Group>
  );
}

/** Encoders are looked for, and their code is loaded, only once somebody wants a clip. */
const canEncode: CanEncode = async (size) => {
  const { codecOf } = await import('./video-file.ts');
  return (await codecOf('mp4', size)) !== null;
};

/** What is offered where the chosen one cannot be made. */
const firstOf = (missing: Missing | undefined) => FORMATS.find((f) => !missing?.[f]) ?? 'gif';

/** undefined while the browser is being asked. */
function useMissing(width: number): Missing | undefined {
  const [missing, setMissing] = useState<Missing>();
  useEffect(() => {
    let isOver = false;
    const size = SIZES.find((s) => s.width === width)!;
    missingFormats(window, size, canEncode).then((found) => !isOver && setMissing(found));
    return () => {
      isOver = true;
    };
  }, [width]);
  return missing;
}

interface SecondsProps {
  readonly label: string;
  readonly step: number;
  readonly dt: number;
  readonly clock: ClipClock;
  onStep(step: number): void;
}

/** A step of the episode, told in seconds; the button takes the one on screen. */
function Seconds({ label, step, dt, clock, onStep }: SecondsProps) {
  return (
    <Group gap={4} align="end" wrap="nowrap">
      <TextInput
        size="xs"
        w={84}
        label={`${label}, s`}
        type="number"
        min={0}
        step={dt}
        value={Number((step * dt).toFixed(3))}
        onChange={(event) => onStep(Math.round(Number(event.currentTarget.value) / dt))}
        data-testid={`film-${label}`}
      />
      <Button
        size="compact-xs"
        variant="subtle"
        aria-label={`${label} the moment on screen`}
        onClick={() => onStep(Math.round(clock.time / dt))}
      >
        here
      </Button>
    </Group>
  );
}

interface MakeProps {
  readonly film: Film;
  readonly wanted: Wanted;
  readonly recording: Recording;
  readonly isKnown: boolean;
}

function Make({ film, wanted, recording, isKnown }: MakeProps) {
  if (film.work)
    return (
      <Button size="compact-sm" color="red" onClick={film.cancel} data-testid="film-cancel">
        Cancel
      </Button>
    );
  const isThere = hasRows(recording, wanted.from, wanted.to);
  const isRefused = refusalOf(wanted, recording.row.length) !== undefined;
  return (
    <Button
      size="compact-sm"
      disabled={!isKnown || !isThere || isRefused}
      onClick={() => film.start(wanted)}
      data-testid="film-save"
    >
      {isThere || isRefused ? `Save ${NAMES[wanted.format]}` : 'The episode is loading'}
    </Button>
  );
}

/** Whether all pictures between two rows have come. */
function hasRows(recording: Recording, from: number, to: number): boolean {
  for (let row = from; row <= to; row++) if (!rowAt(recording, row)) return false;
  return true;
}

interface SaidProps {
  readonly film: Film;
  readonly wanted: Wanted;
  readonly length: number;
  readonly missing: Missing | undefined;
}

function Said({ film, wanted, length, missing }: SaidProps) {
  const { work, error } = film;
  if (work) return <Progress {...work} />;
  const refusal = refusalOf(wanted, length);
  const { pictures, seconds, size } = planFilm(wanted);
  const what = `${seconds.toFixed(1)} s, ${pictures} pictures of ${size.width} × ${size.height}`;
  return (
    <>
      <Text size="sm" c={refusal || error ? 'red' : 'bright'} data-testid="film-words">
        {refusal ?? (error ? `The film could not be made: ${error}` : what)}
      </Text>
      {[...new Set(Object.values(missing ?? {}))].map((why) => (
        <Text key={why} size="sm" c="dimmed" data-testid="film-missing">
          {why}
        </Text>
      ))}
    </>
  );
}

function Progress({ taken, of }: { taken: number; of: number }) {
  return (
    <Group gap="sm" wrap="nowrap">
      <progress value={taken} max={of} aria-label="pictures taken" />
      <Text size="sm" className="mono" data-testid="film-progress">
        {taken < of ? `${taken} of ${of} pictures` : 'putting them together'}
      </Text>
    </Group>
  );
}
