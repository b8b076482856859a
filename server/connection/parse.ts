/** What arrived, as a message or a refusal. */
import { type ClientMessage, clientMessageSchema } from '../protocol/index.ts';
import { Refusal } from './refusal.ts';

/** @throws Refusal naming the field. */
export function parseMessage(text: string): ClientMessage {
  const json = parseJson(text);
  const parsed = check(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = issue.path.join('.') || 'message';
  throw new Refusal('bad-message', `${field}: ${issue.message}`, refOf(json));
}

/** zod compares the `length` of whatever has one, and throws where that is an object without a primitive value. */
function check(json: unknown) {
  try {
    return clientMessageSchema.safeParse(json);
  } catch (error) {
    throw new Refusal('bad-message', `message: ${(error as Error).message}`, refOf(json));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('bad-json', 'the message is not JSON');
  }
}

/** Id of a refused message, where it has one, so that the client knows what failed. */
export function refOf(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const { id, feedback } = json as { id?: unknown; feedback?: { id?: unknown } };
  const ref = feedback?.id ?? id;
  return typeof ref === 'string' ? ref : undefined;
}
