/** Synthetic people at a running server. */
import { Command } from 'commander';
import { createOutput } from '../../experiments/output.ts';
import { integer, number, seed } from '../arguments.ts';
import { jsonOption, withExamples } from './shared.ts';

interface Flags {
  url: string[];
  token?: string;
  people: number;
  answers: number;
  pace: number;
  bad: number;
  overlap: number;
  seed: number;
  json: boolean;
}

export function workforceCommand(): Command {
  const command = new Command('workforce')
    .description('synthetic people of known character answer the questions of a running server')
    .option(
      '--url <url>',
      'where the server is (default http://127.0.0.1:8080); repeatable, as for its gateways: people are divided over them',
      (url: string, all: string[]) => [...all, url.replace(/\/$/, '')],
      [],
    )
    .option('--token <text>', 'the server’s token, where it asks for one')
    .option('--people <n>', 'how many', integer(1, 250), 5)
    .option('--answers <n>', 'acknowledged answers of all together', integer(1, 1_000_000), 100)
    .option('--pace <ms>', 'usual time per answer', integer(0, 600_000), 1000)
    .option('--bad <share>', 'share of people who are not good', number(0, 1), 0.4)
    .option(
      '--overlap <n>',
      'the server’s --overlap, to hold its answers against',
      integer(1, 9),
      1,
    )
    .option('--seed <n>', 'of the people', seed, 1)
    .action(async (flags: Flags) => {
      const { runWorkforce } = await import('../workforce/workforce.ts');
      const output = createOutput(flags);
      const bar = output.progress('answers', flags.answers);
      const report = await runWorkforce({
        ...flags,
        token: flags.token,
        urls: flags.url.length > 0 ? flags.url : ['http://127.0.0.1:8080'],
        paceMs: flags.pace,
        onAnswer: (done) => bar.update(Math.min(done, flags.answers)),
      }).finally(() => bar.stop());
      if (report.lost + report.beyondOverlap + report.twice > 0) process.exitCode = 1;
      const { answers, people, seconds, lost, beyondOverlap, twice, nextQuestionMs } = report;
      output.result(
        report,
        () =>
          `${answers} answers of ${people} people in ${seconds} s: ${lost} lost, ${beyondOverlap} beyond overlap, ` +
          `${twice} twice by one person; next question after ${nextQuestionMs.p95} ms (95 %)`,
      );
    });
  return withExamples(
    jsonOption(command),
    'reins workforce --people 5 --answers 100',
    'reins workforce --url http://127.0.0.1:9000 --people 50 --answers 10000 --json',
    'reins workforce --url http://127.0.0.1:8081 --url http://127.0.0.1:8082 --people 50 --answers 10000',
  );
}
