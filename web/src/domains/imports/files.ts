import { useState } from "react";
import { type Schemas, useApi } from "@/api/context";
import { useToast } from "@/ui/toast";
import type { Import, Kind } from "./words";

type Client = ReturnType<typeof useApi>["client"];
const PIECE = 4_000_000;

/** Send a file piece by piece; each is a request of its own, so memory and time are bounded. */
export async function upload(
  client: Client,
  file: File,
  how: { kind?: Kind; mends?: string },
  onPercent: (percent: number) => void,
): Promise<Import> {
  const made = await client.POST("/v1/imports", {
    body: { file_name: file.name, size_bytes: file.size, ...how },
  });
  let run = made.data as Import;
  for (let offset = 0; offset < file.size; offset += PIECE) {
    const answer = await client.PUT("/v1/imports/{import_id}/content", {
      params: { path: { import_id: run.id }, header: { "Upload-Offset": offset } },
      body: file.slice(offset, offset + PIECE) as unknown as string,
      bodySerializer: (body) => body as unknown as Blob,
      headers: { "Content-Type": "application/octet-stream" },
    });
    run = answer.data as Import;
    onPercent(Math.round((run.received_bytes / file.size) * 100));
  }
  return run;
}

/** Hand a file to the browser's downloads. */
export function save(content: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** `[waiting, start]`: fetch a file and save it; what goes wrong is told. */
export function useDownload(): [boolean, (name: string, get: () => Promise<unknown>) => void] {
  const toast = useToast();
  const [waiting, setWaiting] = useState(false);
  const start = async (name: string, get: () => Promise<unknown>) => {
    setWaiting(true);
    try {
      const answer = (await get()) as { data: Blob };
      save(answer.data, name);
    } catch (error) {
      toast.failed(error);
    } finally {
      setWaiting(false);
    }
  };
  return [waiting, (name, get) => void start(name, get)];
}

export type RejectedRow = Schemas["RejectedRowOut"];
