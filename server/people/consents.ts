/** The study of a server: what its people are told, and who of them has agreed to take part. */
import type { ClientMessage, Study, WireStudy } from '../protocol/index.ts';
import type { ConsentStorage } from '../storage/accounts-contract.ts';
import { textHash } from '../storage/audit-chain.ts';
import type { SubjectStorage } from '../storage/subjects-contract.ts';

type Agreements = Pick<ConsentStorage, 'agree' | 'hasAgreed'>;

export class Consents {
  readonly #study: Study;
  readonly #storage: Agreements;
  readonly #hash: string | undefined;
  /** Of those who were seen since the server started. */
  readonly #agreed = new Set<string>();

  constructor(study: Study, storage: Agreements) {
    this.#study = study;
    this.#storage = storage;
    this.#hash = study.consent === undefined ? undefined : textHash(study.consent);
  }

  /** Every version of what people are told and agree to is kept: the log has its hash alone. */
  static async open(
    study: Study,
    storage: Agreements & Pick<SubjectStorage, 'putText'>,
  ): Promise<Consents> {
    for (const kind of ['consent', 'instructions'] as const) {
      const { [kind]: body } = study;
      if (body === undefined) continue;
      await storage.putText({ hash: textHash(body), kind, body, since: Date.now() });
    }
    return new Consents(study, storage);
  }

  /** What this person's page is told. */
  async greet(teacherId: string): Promise<WireStudy> {
    const { instructions, consent, tags = [] } = this.#study;
    const hash = this.#hash;
    if (hash !== undefined && (await this.#storage.hasAgreed(teacherId, hash)))
      this.#agreed.add(teacherId);
    const isGiven = this.#agreed.has(teacherId);
    return {
      tags,
      ...(instructions === undefined ? {} : { instructions }),
      ...(consent === undefined || hash === undefined
        ? {}
        : { consent: { text: consent, hash, isGiven } }),
    };
  }

  /** Resolves once it is on disk; false: the hash is of another text than the present one. */
  async agree(teacherId: string, hash: string, now: number): Promise<boolean> {
    if (hash !== this.#hash) return false;
    if (!this.#agreed.has(teacherId))
      await this.#storage.agree({ teacherId, textHash: hash, agreedAt: now });
    this.#agreed.add(teacherId);
    return true;
  }

  /** Whether what this person sends is taken. */
  isOpenTo(teacherId: string): boolean {
    return this.#hash === undefined || this.#agreed.has(teacherId);
  }
}

/** Whether a message takes part, rather than looks on. Stopping is for everybody, always. */
export function takesPart(message: ClientMessage): boolean {
  switch (message.type) {
    case 'feedback':
    case 'ask-queries':
    case 'show-query':
    case 'pass-query':
    case 'open-instructions':
      return true;
    case 'control':
      return message.action !== 'estop' && message.action !== 'overlays';
    case 'hello':
    case 'agree':
    case 'look':
    case 'request-clip':
    case 'request-history':
    case 'ping':
      return false;
  }
}
