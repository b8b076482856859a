/** Where answers wait that the server does not have: one record each, which all tabs of a browser share. */

/** What another tab of this browser did. */
export type TabEvent =
  | { readonly type: 'put'; readonly answer: unknown }
  | { readonly type: 'delete'; readonly id: string };

export interface AnswerStore {
  /** The browser has no IndexedDB for this page, as private windows of some have not: nothing outlives the page. */
  readonly isWithheld: boolean;
  /** Whatever is there, unchecked. @throws Error where the browser does not let it be read */
  list(): Promise<unknown[]>;
  /** Resolves once it is on disk. @throws Error where the browser has no room or forbids it */
  put(answer: { readonly id: string }): Promise<void>;
  /** @throws as `put` */
  delete(id: string): Promise<void>;
  onOtherTab(listener: (event: TabEvent) => void): void;
}
