import createClient, { type Middleware } from "openapi-fetch";
import createHooks from "openapi-react-query";
import { idempotencyKeys } from "./idempotency";
import { problemOf, Unreachable } from "./problems";
import type { paths } from "./schema";

export const TENANT_HEADER = "Laurels-Tenant";

const WRITES = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/**
 * Return the client of one tenant. The tenant is that of the address in this tab; the cookie says
 * who asks. Answers that are no success are thrown as `Problem`.
 */
export function clientOf(tenant: string) {
  const client = createClient<paths>({ baseUrl: "", fetch: (request) => send(tenant, request) });
  client.use(problems);
  return client;
}

export type Client = ReturnType<typeof clientOf>;

export const hooksOf = (client: Client) => createHooks(client);

const problems: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
  },
};

/** Send a request with the tenant's name, a key for writes, and a fresh session where it ended. */
export async function send(tenant: string, request: Request): Promise<Response> {
  const body = WRITES.has(request.method) ? await request.clone().text() : "";
  const again = request.clone();
  const first = await dispatch(tenant, request, body);
  if (first.status !== 401 || request.url.includes("/v1/auth/browser/")) return first;
  if (!(await refreshed(tenant))) return first;
  return dispatch(tenant, again, body);
}

async function dispatch(tenant: string, request: Request, body: string): Promise<Response> {
  // Before somebody has signed in there is no tenant.
  if (tenant !== "") request.headers.set(TENANT_HEADER, tenant);
  const write = WRITES.has(request.method) && !request.url.includes("/v1/auth/");
  const named = `${tenant} ${request.method} ${request.url} ${body}`;
  if (write && !request.headers.has("Idempotency-Key"))
    request.headers.set("Idempotency-Key", idempotencyKeys.of(named));
  try {
    const response = await fetch(request);
    if (write) idempotencyKeys.settled(named, response.status);
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable(error);
  }
}

const refreshing = new Map<string, Promise<boolean>>();

/** Exchange the session of a tenant for a fresh one, once for all who wait. */
export function refreshed(tenant: string): Promise<boolean> {
  let waiting = refreshing.get(tenant);
  if (waiting === undefined) {
    waiting = refresh(tenant).finally(() => refreshing.delete(tenant));
    refreshing.set(tenant, waiting);
  }
  return waiting;
}

async function refresh(tenant: string): Promise<boolean> {
  const response = await fetch("/v1/auth/browser/refresh", {
    method: "POST",
    headers: { [TENANT_HEADER]: tenant },
  }).catch(() => null);
  // 409: another tab has just done it, and its cookies are ours.
  return response !== null && (response.ok || response.status === 409);
}
