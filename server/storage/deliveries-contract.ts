/** How far the targets of webhooks have heard. */
export interface DeliveryStorage {
  /** Sequence of the newest row of the audit log that the target has; a new one has all that there is. */
  beginDelivery(target: string): Promise<number>;
  putDelivered(target: string, sequence: number): Promise<void>;
}
