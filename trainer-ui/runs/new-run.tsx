/** A form of everything that can be set, and the command that begins such a run. */
import {
  Accordion,
  Alert,
  Button,
  Group,
  NativeSelect,
  SimpleGrid,
  Text,
  TextInput,
} from '@mantine/core';
import { useEffect, useState } from 'react';
import { CopyCommand } from './copy-command.tsx';
import { type OpenHere, OpenRefused, useMayOpen } from './open-here.tsx';
import { beginRun, type Forms, getForms, type SettingsSchema } from './run-api.ts';
import { type Chosen, newRunCommand } from './run-words.ts';
import { startTraining } from './training-api.ts';
import { runOf, TEACHERS, USUAL, wantedOf } from './training-words.ts';
import type { TrainingsHere } from './trainings.tsx';

export function NewRun(props: FormProps) {
  const [forms, setForms] = useState<Forms>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    getForms().then(setForms, (failure: Error) => setError(failure.message));
  }, []);
  if (error)
    return (
      <Alert color="red" title="The form could not be had">
        {error}
      </Alert>
    );
  return forms ? <Form forms={forms} {...props} /> : <Text c="dimmed">Making the form…</Text>;
}

interface FormProps {
  readonly here: TrainingsHere;
  readonly open: OpenHere;
  readonly onStart: () => void;
}

const FIRST: Chosen = {
  kind: 'serve',
  environment: 'driving',
  preset: 'reins',
  seed: '',
  teacher: '',
  steps: '',
  labels: '',
  changes: {},
};

function Form({ forms, here, open, onStart }: { forms: Forms } & FormProps) {
  const mayOpen = useMayOpen() && (open.list?.most ?? 0) > 0;
  const [chosen, setChosen] = useState(FIRST);
  const set = (next: Partial<Chosen>) => setChosen({ ...chosen, ...next });
  const environment = forms.environments.find(({ id }) => id === chosen.environment);
  const preset = forms.presets.find(({ id }) => id === chosen.preset);
  const change = (name: string, value: string) =>
    set({ changes: { ...chosen.changes, [name]: value } });
  const parts = [
    ...(environment
      ? [{ name: 'options', doc: 'Options of the environment.', schema: environment.options }]
      : []),
    ...(preset?.parts ?? []),
  ];
  return (
    <section className="new-run card" aria-label="new run" data-testid="new-run-form">
      <Basics forms={forms} chosen={chosen} set={set} />
      {chosen.kind === 'train' && <OfTraining chosen={chosen} set={set} />}
      <Accordion variant="separated" multiple>
        {parts.map(({ name, doc, schema }) => (
          <Accordion.Item key={name} value={name}>
            <Accordion.Control data-testid={`part-${name}`}>
              {doc.replace(/\.$/, '')}
            </Accordion.Control>
            <Accordion.Panel>
              <Settings part={name} schema={schema} changes={chosen.changes} change={change} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      <Group>
        <Text size="sm" c="dimmed">
          {chosen.kind === 'serve'
            ? mayOpen
              ? 'It opens on this server, beside what is open here, and its page follows. Or begin it with a server of its own, beside this one with --port, or after it:'
              : 'It begins with a server of its own: start this beside this one with --port, or after it. From then on Runs opens it.'
            : here.list?.most
              ? 'It runs here, beside the simulation and behind it, and ends with this server. Or begin it elsewhere:'
              : 'This server starts no trainings (--trainings). With --data FOLDER its curves appear here while it runs, where this server was started with --watch FOLDER.'}
        </Text>
      </Group>
      {chosen.kind === 'serve' && mayOpen && <BeginHere chosen={chosen} open={open} />}
      {chosen.kind === 'train' && !!here.list?.most && (
        <Group>
          <Button
            onClick={async () => {
              if (await here.act(() => startTraining(wantedOf(chosen)))) onStart();
            }}
            data-testid="start-training"
          >
            Start training
          </Button>
        </Group>
      )}
      <CopyCommand command={newRunCommand(chosen)} />
    </section>
  );
}

/** Begins the run on this server and goes to its page. */
function BeginHere({ chosen, open }: { chosen: Chosen; open: OpenHere }) {
  const [isAsked, setAsked] = useState(false);
  async function begin() {
    setAsked(true);
    const isDone = await open.act(async () => {
      const { address } = await beginRun(runOf(chosen));
      location.assign(address);
    });
    if (!isDone) setAsked(false); // else this page is left
  }
  return (
    <>
      <OpenRefused refusal={open.refusal} />
      <Group>
        <Button loading={isAsked} onClick={begin} data-testid="begin-here">
          Open here
        </Button>
      </Group>
    </>
  );
}

/** What every run has: who teaches, where, how, and from which seed. */
function Basics(props: { forms: Forms; chosen: Chosen; set: (next: Partial<Chosen>) => void }) {
  const { forms, chosen, set } = props;
  const environment = forms.environments.find(({ id }) => id === chosen.environment);
  const preset = forms.presets.find(({ id }) => id === chosen.preset);
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }} spacing="md">
      <NativeSelect
        label="Who teaches"
        value={chosen.kind}
        onChange={(e) => set({ kind: e.currentTarget.value as Chosen['kind'] })}
        data={[
          { value: 'serve', label: 'people, on the page' },
          { value: 'train', label: 'synthetic teachers, headless' },
        ]}
        data-testid="form-kind"
      />
      <NativeSelect
        label="Environment"
        description={environment?.description}
        value={chosen.environment}
        onChange={(e) => set({ environment: e.currentTarget.value, changes: {} })}
        data={forms.environments.map(({ id, title }) => ({ value: id, label: title }))}
        data-testid="form-environment"
      />
      <NativeSelect
        label="Preset"
        description={preset && `${preset.paper}. ${preset.description}`}
        value={chosen.preset}
        onChange={(e) => set({ preset: e.currentTarget.value, changes: {} })}
        data={forms.presets.map(({ id, title }) => ({ value: id, label: title }))}
        data-testid="form-preset"
      />
      <TextInput
        label="Seed"
        placeholder="1"
        inputMode="numeric"
        value={chosen.seed}
        onChange={(e) => set({ seed: e.currentTarget.value.replace(/\D/g, '') })}
        data-testid="form-seed"
      />
    </SimpleGrid>
  );
}

/** Who teaches a headless training, and how long. */
function OfTraining(props: { chosen: Chosen; set: (next: Partial<Chosen>) => void }) {
  const { chosen, set } = props;
  const numberField = (name: 'steps' | 'labels', label: string) => (
    <TextInput
      label={label}
      placeholder={`${USUAL[name]}`}
      inputMode="numeric"
      value={chosen[name]}
      onChange={(e) => set({ [name]: e.currentTarget.value.replace(/\D/g, '') })}
      data-testid={`form-${name}`}
    />
  );
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md">
      <NativeSelect
        label="Teacher"
        value={chosen.teacher}
        onChange={(e) => set({ teacher: e.currentTarget.value })}
        data={[
          { value: '', label: `default: ${USUAL.teacher}` },
          ...TEACHERS.map((name) => ({ value: name, label: name })),
        ]}
        data-testid="form-teacher"
      />
      {numberField('steps', 'Environment steps')}
      {numberField('labels', 'Answers of the teacher')}
    </SimpleGrid>
  );
}

function Settings(props: {
  part: string;
  schema: SettingsSchema;
  changes: Readonly<Record<string, string>>;
  change: (name: string, value: string) => void;
}) {
  const { part, schema, changes, change } = props;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm">
      {Object.entries(schema.properties ?? {}).map(([key, setting]) => {
        const name = `${part}.${key}`;
        const shared = {
          label: key,
          description: setting.description,
          value: changes[name] ?? '',
          onChange: (event: { currentTarget: { value: string } }) =>
            change(name, event.currentTarget.value),
          'data-testid': `set-${name}`,
        };
        const usual = setting.default === undefined ? 'not set' : textOf(setting.default);
        const choices = setting.type === 'boolean' ? [true, false] : setting.enum;
        return choices ? (
          <NativeSelect
            key={name}
            size="xs"
            {...shared}
            data={[
              { value: '', label: `default: ${usual}` },
              ...choices.map((choice) => ({ value: textOf(choice), label: textOf(choice) })),
            ]}
          />
        ) : (
          <TextInput key={name} size="xs" {...shared} placeholder={usual} />
        );
      })}
    </SimpleGrid>
  );
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
