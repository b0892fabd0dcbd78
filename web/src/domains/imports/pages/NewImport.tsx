import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, FileInput, Progress, Radio, Stack, Text } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import * as z from "zod/mini";
import { useApi } from "@/api/context";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useTenantPath } from "@/ui/tenant";
import { useUrlState } from "@/ui/url";
import { upload } from "../files";
import { KINDS, type Kind } from "../words";

const SHAPE = {
  kind: z.optional(z.enum(["purchases", "members", "balances", "rewards", "vouchers"])),
  mends: z.optional(z.string()),
};

/** The first step: what it is, and the file. */
export default function NewImport() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { client } = useApi();
  const below = useTenantPath();
  const navigate = useNavigate();
  const [{ kind, mends }, setState] = useUrlState(SHAPE);
  const [percent, setPercent] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const mending = mends !== undefined;
  const send = async (file: File | null) => {
    if (file === null) return;
    setError(null);
    setPercent(0);
    try {
      const how = mends ? { mends } : kind ? { kind } : {};
      const run = await upload(client, file, how, setPercent);
      await navigate({ to: below(`imports/${run.id}`) });
    } catch (trouble) {
      setError(trouble);
      setPercent(null);
    }
  };
  return (
    <Page
      title={mending ? t`Import corrected rows` : t`Import a file`}
      subtitle={
        mending ? (
          <Trans>
            Upload the file of rejected rows after you corrected it. It is read like the first one.
          </Trans>
        ) : (
          <Trans>Step 1 of 4: choose the file. Nothing changes before you start the import.</Trans>
        )
      }
      back={{ to: "imports", label: <Trans>Imports</Trans> }}
      actions={
        <Button variant="default" component={Link} to={below("imports/columns")}>
          <Trans>What files look like</Trans>
        </Button>
      }
    >
      <Stack gap="lg" maw="40rem">
        {!mending && (
          <Radio.Group
            label={t`What is in the file?`}
            value={kind ?? ""}
            onChange={(value) =>
              setState({ kind: (value || undefined) as Kind | undefined }, { replace: true })
            }
          >
            <Stack gap="xs" mt="xs">
              <Radio value="" label={t`Find out by its columns`} />
              {Object.entries(KINDS).map(([value, { label, holds }]) => (
                <Radio key={value} value={value} label={_(label)} description={_(holds)} />
              ))}
            </Stack>
          </Radio.Group>
        )}
        <FileInput
          label={t`CSV file`}
          description={t`In UTF-8, with the names of the columns in its first line. Drop it here, or choose it.`}
          placeholder={t`Choose a file`}
          leftSection={<IconFileUpload size={18} aria-hidden />}
          accept=".csv,.txt,.tsv,text/csv"
          size="lg"
          disabled={percent !== null}
          onChange={(file) => void send(file)}
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            void send(event.dataTransfer.files[0] ?? null);
          }}
        />
        {percent !== null && (
          <Stack gap="xxs">
            <Progress value={percent} aria-label={t`Upload`} />
            <Text c="dimmed" role="status">
              <Trans>{percent} % of the file is uploaded</Trans>
            </Text>
          </Stack>
        )}
        {error !== null && <ProblemNotice error={error} />}
      </Stack>
    </Page>
  );
}
