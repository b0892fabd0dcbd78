import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Menu, Tooltip } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useMay } from "@/api/context";
import { Drawer, useDrawer } from "@/ui/Drawer";
import type { Redemption } from "../queries";
import { CancelForm } from "./CancelForm";
import { DeliverForm } from "./DeliverForm";
import { FailForm } from "./FailForm";
import { NoteForm } from "./NoteForm";
import { TakeBackForm } from "./TakeBackForm";
import { UseForm } from "./UseForm";

/** What can be done with a redemption in its state, as far as one's role goes. */
export function RedemptionActions({ redemption }: { redemption: Redemption }) {
  const { t } = useLingui();
  const may = useMay();
  const drawer = useDrawer();
  const { state } = redemption;
  const delivers = may("rewards:fulfil");
  const uses = may("rewards:redeem");
  const pending = state === "pending";
  const returnable = state === "completed" || state === "used" || state === "expired";
  const more: [string, ReactNode, boolean][] = [
    ["fail", <Trans key="">Delivery failed…</Trans>, pending && delivers],
    ["refund", <Trans key="">Refund…</Trans>, returnable && delivers],
    ["note", <Trans key="">Edit the note…</Trans>, delivers],
  ];
  const offered = more.filter(([, , there]) => there);
  const forms: [string, string, ReactNode][] = [
    ["deliver", t`Deliver`, <DeliverForm key="" redemption={redemption} />],
    ["fail", t`Delivery failed`, <FailForm key="" redemption={redemption} />],
    ["cancel", t`Cancel the redemption`, <CancelForm key="" redemption={redemption} />],
    ["use", t`Mark as used`, <UseForm key="" redemption={redemption} />],
    ["refund", t`Refund`, <TakeBackForm key="" redemption={redemption} />],
    ["note", t`Note`, <NoteForm key="" redemption={redemption} />],
  ];
  const denied = t`Your role may look at redemptions, not change them.`;
  const button = (id: string, label: ReactNode, allowed: boolean, primary = false) => (
    <Tooltip label={denied} disabled={allowed}>
      <Button
        variant={primary ? "filled" : "default"}
        data-disabled={!allowed || undefined}
        aria-disabled={!allowed}
        onClick={() => allowed && drawer.open(id)}
      >
        {label}
      </Button>
    </Tooltip>
  );
  return (
    <>
      {offered.length > 0 && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" leftSection={<IconDots size={16} />}>
              <Trans>More</Trans>
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {offered.map(([id, label]) => (
              <Menu.Item key={id} onClick={() => drawer.open(id)}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {pending && button("cancel", <Trans>Cancel…</Trans>, uses)}
      {pending && button("deliver", <Trans>Deliver…</Trans>, delivers, true)}
      {state === "completed" && button("use", <Trans>Mark as used…</Trans>, uses)}
      {forms.map(([id, title, form]) => (
        <Drawer key={id} id={id} title={title}>
          {form}
        </Drawer>
      ))}
    </>
  );
}
