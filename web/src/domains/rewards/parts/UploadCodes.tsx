import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, FileButton, Group, List, Progress, Stack, Text, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type Schemas, useApi } from "@/api/context";
import { Submit } from "@/ui/forms/Submit";
import { formatNumber } from "@/ui/format";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { codesIn, pieces } from "../codes";
import styles from "./rewards.module.css";

type Handled = Schemas["HandledOut"];
const SHOWN = 50;

/** Codes, pasted or from a file; afterwards it says which were new and which were not. */
export function UploadCodes({ rewardId }: { rewardId: string }) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const [handled, setHandled] = useState<Handled[] | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const codes = codesIn(text);
  const upload = async () => {
    setError(null);
    const told: Handled[] = [];
    try {
      for (const piece of pieces(codes)) {
        setSent(told.length);
        const { data } = await client.POST("/v1/rewards/{reward_id}/vouchers", {
          params: { path: { reward_id: rewardId } },
          body: { codes: piece },
        });
        told.push(...((data as Schemas["CodesOut"]).data ?? []));
      }
      setText("");
    } catch (thrown) {
      setError(thrown);
    } finally {
      // What arrived before a failure is in the pool; sent again it is told as a duplicate.
      setHandled(told);
      setSent(null);
      await queries.invalidateQueries();
    }
  };
  return (
    <Stack>
      <ProblemNotice error={error} />
      {handled && <Report handled={handled} />}
      <Textarea
        label={t`Codes`}
        description={t`One code a line. Capital and small letters are the same.`}
        className={styles.codes}
        minRows={8}
        maxRows={16}
        autosize
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group>
        <FileButton
          accept=".csv,.txt,text/csv,text/plain"
          onChange={(file) => void file?.text().then(setText)}
        >
          {(props) => (
            <Button variant="default" size="xs" {...props}>
              <Trans>Read a file…</Trans>
            </Button>
          )}
        </FileButton>
        <Text c="dimmed" fz="xs">
          <Trans>CSV or text; of a table the first column counts.</Trans>
        </Text>
      </Group>
      {sent !== null && (
        <Progress value={(100 * sent) / Math.max(codes.length, 1)} aria-label={t`Sent`} />
      )}
      <Submit
        saving={sent !== null}
        waits={t`Uploading the codes…`}
        blocked={codes.length === 0 ? t`Paste codes or read a file first` : undefined}
        onClick={() => void upload()}
      >
        {t`${plural(codes.length, { 0: "Upload", one: "Upload # code", other: "Upload # codes" })}`}
      </Submit>
    </Stack>
  );
}

function Report({ handled }: { handled: Handled[] }) {
  const { i18n } = useLingui();
  const of = (outcome: string) => handled.filter((each) => each.outcome === outcome);
  const [added, duplicates, invalid] = [of("added"), of("duplicate"), of("invalid")];
  const [new_, known, wrong] = [added, duplicates, invalid].map((each) =>
    formatNumber(each.length, i18n.locale),
  );
  return (
    <Stack gap="xs" role="status">
      <Text fw={500}>
        <Trans>Codes added: {new_}.</Trans>
      </Text>
      {duplicates.length > 0 && (
        <Left codes={duplicates}>
          <Trans>There already, here or at another reward: {known}.</Trans>
        </Left>
      )}
      {invalid.length > 0 && (
        <Left codes={invalid}>
          <Trans>Not codes: {wrong}.</Trans>
        </Left>
      )}
    </Stack>
  );
}

function Left({ codes, children }: { codes: Handled[]; children: ReactNode }) {
  const { i18n } = useLingui();
  const more = formatNumber(codes.length - SHOWN, i18n.locale);
  return (
    <div>
      <Text>{children}</Text>
      <List fz="xs">
        {codes.slice(0, SHOWN).map(({ code, reason }, at) => (
          <List.Item key={at}>
            <span className={styles.mono}>{code}</span>
            {reason && `: ${reason}`}
          </List.Item>
        ))}
        {codes.length > SHOWN && (
          <List.Item>
            <Trans>and {more} more</Trans>
          </List.Item>
        )}
      </List>
    </div>
  );
}
