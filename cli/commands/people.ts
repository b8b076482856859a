/** Accounts of a data folder: the first invitation comes from here. */
import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { asUsage } from '../../experiments/errors.ts';
import { createOutput, table } from '../../experiments/output.ts';
import { People } from '../../server/people/people.ts';
import { ROLES } from '../../server/protocol/index.ts';
import { dataOption, inPlace, type PlaceFlags } from './runs.ts';
import { withExamples } from './shared.ts';

interface Flags extends PlaceFlags {
  json: boolean;
}

export function peopleCommand(): Command {
  const command = new Command('people').description(
    'who has an account, and invitations to make one',
  );
  command.addCommand(listCommand(), { isDefault: true });
  command.addCommand(inviteCommand());
  return withExamples(
    command,
    'reins people invite --role supervisor',
    'reins people --data ./data',
  );
}

function inviteCommand(): Command {
  const command = new Command('invite')
    .description(
      'a link that makes one account, within a week; from the first account on everybody signs in',
    )
    .addOption(new Option('--role <role>', 'what they may do').choices(ROLES).default('supervisor'))
    .option('--url <url>', 'where the server is reached', 'http://127.0.0.1:8080');
  return withExamples(
    dataOption(command).action((flags: Flags & { role: string; url: string }) =>
      inPlace(flags, async (storage) => {
        const people = await People.open(storage);
        const code = await asUsage(() => people.invite(flags.role, 'command', Date.now()));
        const link = `${flags.url.replace(/\/$/, '')}/invite?code=${code}`;
        createOutput(flags).result({ role: flags.role, link }, () => link);
      }),
    ),
    'reins people invite --role annotator --url https://lab.example.org',
  );
}

function listCommand(): Command {
  const command = new Command('list').description('the accounts of a folder');
  return withExamples(
    dataOption(command).action(async (flags: Flags) => {
      const output = createOutput(flags);
      const none = () => output.result({ people: [] }, () => 'nobody has an account');
      if (flags.database === undefined && !existsSync(flags.data)) return none();
      return inPlace(flags, async (storage) => {
        const people = (await storage.listAccounts()).map(
          ({ id, name, role, createdAt, disabledAt }) => ({
            id,
            name,
            role,
            since: new Date(createdAt).toISOString(),
            isDisabled: disabledAt !== null,
          }),
        );
        if (people.length === 0) return none();
        output.result({ people }, () =>
          table([
            ['name', 'role', 'since', 'id'],
            ...people.map((p) => [
              p.name,
              p.isDisabled ? `${p.role}, disabled` : p.role,
              p.since.slice(0, 10),
              p.id,
            ]),
          ]),
        );
      });
    }),
    'reins people list --json',
  );
}
