/** Where each kind of object has its screen, by the beginning of its id, below the tenant. */
export const ENTITIES: Record<string, (id: string) => string> = {
  blk: (id) => `bulk-actions/${id}`,
  mem: (id) => `members/${id}`,
  pur: (id) => `purchases/${id}`,
  rfd: (id) => `refunds/${id}`,
  act: (id) => `activities/${id}`,
  rul: (id) => `earning-rules/${id}`,
  rwd: (id) => `rewards/${id}`,
  rdm: (id) => `redemptions/${id}`,
  seg: (id) => `segments/${id}`,
  tir: (id) => `tiers/${id}`,
  prg: (id) => `programs/${id}`,
  wal: (id) => `wallets/${id}`,
  txn: (id) => `transactions/${id}`,
  hld: (id) => `holds/${id}`,
  evt: (id) => `events/${id}`,
  whk: (id) => `webhooks/${id}`,
  out: (id) => `outbound-messages/${id}`,
  dlt: () => "dead-letters",
  stf: () => "staff",
  key: () => "api-keys",
  run: (id) => `job-runs/${id}`,
};

/** The address of an object's screen below its tenant; null when it has none. */
export function pathOf(id: string): string | null {
  const [, kind] = /^([a-z]{3})_[0-9a-hjkmnp-tv-z]{26}$/.exec(id) ?? [];
  return kind === undefined ? null : (ENTITIES[kind]?.(id) ?? null);
}
