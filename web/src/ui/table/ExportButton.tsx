import { Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useApi } from "@/api/context";
import type { paths } from "@/api/schema";
import { useToast } from "../toast";

type Name = paths["/v1/exports/lists/{name}"]["get"]["parameters"]["path"]["name"];

interface ExportButtonProps {
  /** The list, as the API calls it: `members`. */
  name: Name;
  /** What the list on screen is asked: filters and order. */
  query: Record<string, unknown>;
}

/** Downloads what the list shows, on all of its pages, as a file for spreadsheets. */
export function ExportButton({ name, query }: ExportButtonProps) {
  const { client } = useApi();
  const toast = useToast();
  const [loading, setLoading] = useState(false);
  const download = async () => {
    setLoading(true);
    try {
      const asked = Object.entries(query)
        .filter(([key, value]) => value !== undefined && key !== "cursor" && key !== "limit")
        .map(([key, value]): [string, string] => [key, String(value)]);
      const answer = await client.GET("/v1/exports/lists/{name}", {
        params: { path: { name }, query: { query: new URLSearchParams(asked).toString() } },
        parseAs: "blob",
      });
      const address = URL.createObjectURL(answer.data as unknown as Blob);
      const link = document.createElement("a");
      link.href = address;
      link.download = `${name}.csv`;
      link.click();
      URL.revokeObjectURL(address);
    } catch (error) {
      toast.failed(error);
    } finally {
      setLoading(false);
    }
  };
  return (
    <Button
      variant="subtle"
      color="gray"
      size="xs"
      leftSection={<IconDownload size={14} />}
      loading={loading}
      onClick={() => void download()}
    >
      <Trans>Export</Trans>
    </Button>
  );
}
