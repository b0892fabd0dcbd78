import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Tooltip } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { useToast } from "@/ui/toast";
import type { Rule } from "../queries";
import { SIMULATE } from "../simulation";

type Act = "pause" | "resume" | "archive" | "restore";

/** Pause, resume, archive, restore: with what each means, and undone where that is possible. */
export function RuleActions({ rule, children }: { rule: Rule; children?: ReactNode }) {
  const { t } = useLingui();
  const { client } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const toast = useToast();
  const { ask, dialog } = useConfirm();
  const [acting, setActing] = useState(false);

  const send = async (act: Act) => {
    await client.POST(`/v1/earning-rules/{rule_id}/${act}`, {
      params: { path: { rule_id: rule.id } },
    });
    // A simulation is asked anew when its drafts change; the old ones may be refused by now.
    await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] !== SIMULATE });
  };
  const run = async (act: Act, words: ReactNode, undo?: Act) => {
    setActing(true);
    try {
      await send(act);
      toast.done(words, undo && { undo: () => send(undo) });
    } catch (error) {
      toast.failed(error);
    } finally {
      setActing(false);
    }
  };
  const blocked = !may("earning:write")
    ? t`Your role may look at rules, not change them.`
    : rule.managed_by !== null
      ? t`A setting decides whether this rule is active.`
      : null;
  const button = (label: ReactNode, onClick: () => void) => (
    <Tooltip label={blocked ?? ""} disabled={blocked === null}>
      <Button
        variant="default"
        loading={acting}
        data-disabled={blocked !== null || undefined}
        aria-disabled={blocked !== null}
        onClick={() => blocked === null && onClick()}
      >
        {label}
      </Button>
    </Tooltip>
  );
  const { name } = rule;
  const archive = () =>
    ask({
      title: t`Archive the rule “${name}”?`,
      effect: t`It gives no more points and leaves the list. Points that it gave stay, and so does their explanation. You can restore it later.`,
      action: t`Archive`,
      run: async () => {
        await send("archive");
        toast.done(t`The rule is archived.`);
      },
    });
  return (
    <>
      {rule.status === "active" &&
        button(
          <Trans>Pause</Trans>,
          () => void run("pause", t`Paused. It gives no points until you resume it.`, "resume"),
        )}
      {rule.status === "paused" &&
        button(<Trans>Resume</Trans>, () => void run("resume", t`The rule is active.`, "pause"))}
      {rule.status === "archived"
        ? button(
            <Trans>Restore</Trans>,
            () => void run("restore", t`Restored. It is paused until you resume it.`),
          )
        : button(<Trans>Archive…</Trans>, archive)}
      {children}
      {dialog}
    </>
  );
}
