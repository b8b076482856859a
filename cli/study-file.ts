/** The file of `serve --study`. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { type Study, studySchema } from '../server/protocol/study.ts';

/** @throws InvalidArgumentError naming what is wrong in the file, and what is allowed */
export function studyFile(path: string): Study {
  const parsed = studySchema.safeParse(contentOf(path));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'the file';
  throw new InvalidArgumentError(
    `${path}: ${where}: ${issue?.message}; allowed instructions and consent (texts) and tags (a list of texts)`,
  );
}

function contentOf(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`${path} is not JSON: ${(error as Error).message}`);
  }
}
