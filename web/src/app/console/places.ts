const LAST = "laurels.last-tenant";

/** The tenant that was open here last: where `/console/` leads, and nothing else. */
export function lastTenant(): string | null {
  return localStorage.getItem(LAST);
}

export function rememberTenant(tenant: string): void {
  localStorage.setItem(LAST, tenant);
}

export function forgetTenant(): void {
  localStorage.removeItem(LAST);
}

/**
 * Where to go after signing in: the screen that was asked for, when it is one of this tenant's; so
 * no address can lead elsewhere.
 */
export function placeAfter(next: unknown, tenant: string): string {
  const home = `/${tenant}`;
  if (typeof next !== "string") return home;
  return next === home || next.startsWith(`${home}/`) || next.startsWith(`${home}?`) ? next : home;
}

/** What a link holds behind `#token=`, or behind `#` alone. */
export function tokenInAddress(): string {
  const hash = window.location.hash.slice(1);
  return hash.startsWith("token=") ? hash.slice("token=".length) : hash;
}
