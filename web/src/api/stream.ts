import { EventSourceParserStream } from "eventsource-parser/stream";
import { refreshed, TENANT_HEADER } from "./client";

export interface StreamedEvent {
  id: string | undefined;
  type: string;
  data: unknown;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;

export interface Listener {
  onEvent: (event: StreamedEvent) => void;
  /** The stream has begun, for the first time or anew. */
  onOpen: () => void;
  /** The stream has broken; it is begun again. */
  onBreak: () => void;
}

/**
 * Follow what happens in a tenant, for as long as the signal lets it. After a break it goes on
 * behind the last event that was seen.
 */
export async function follow(
  tenant: string,
  { onEvent, onOpen, onBreak }: Listener,
  signal: AbortSignal,
): Promise<void> {
  // Events belong to tenants; operators have none to follow.
  if (tenant === "platform") return;
  let last: string | undefined;
  let wait = FIRST_WAIT;
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = { [TENANT_HEADER]: tenant };
      if (last !== undefined) headers["Last-Event-ID"] = last;
      const response = await fetch("/v1/events/stream", { headers, signal });
      if (response.status === 401 && !(await refreshed(tenant))) return;
      if (response.status === 403) return;
      if (response.ok && response.body !== null) {
        wait = FIRST_WAIT;
        onOpen();
        const events = response.body
          .pipeThrough(new TextDecoderStream())
          .pipeThrough(new EventSourceParserStream());
        for await (const event of events as unknown as AsyncIterable<{
          id?: string;
          event?: string;
          data: string;
        }>) {
          last = event.id ?? last;
          onEvent({ id: event.id, type: event.event ?? "message", data: JSON.parse(event.data) });
        }
      }
    } catch {
      // A stream that breaks is begun again below.
    }
    if (signal.aborted) return;
    onBreak();
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}
