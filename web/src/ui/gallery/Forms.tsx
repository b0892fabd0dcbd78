import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { Problem } from "@/api/problems";
import { Drawer, useDrawer } from "../Drawer";
import { useConfirm } from "../Confirm";
import { DateTimeInput, DayInput } from "../forms/DateTimeInput";
import { type Member, MemberPicker } from "../forms/MemberPicker";
import { MoneyInput, PointsInput } from "../forms/numbers";
import { Submit } from "../forms/Submit";
import { useApiForm } from "../forms/useApiForm";
import { Section } from "../Page";
import { useToast } from "../toast";

const wait = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

async function refuse(values: { name: string }) {
  await wait(800);
  if (values.name === "Gold")
    throw new Problem(
      {
        title: "The request is not valid",
        detail: "The name is taken.",
        errors: [
          {
            field: "name",
            pointer: "/name",
            code: "taken",
            message: "Another tier is called Gold.",
          },
        ],
      },
      422,
    );
  if (values.name === "Old") throw new Problem({ code: "version_conflict" }, 409);
}

export function Forms() {
  const drawer = useDrawer();
  const toast = useToast();
  const { ask, dialog } = useConfirm();
  const [member, setMember] = useState<Member | null>(null);
  const { form, save, saving, changed, notices } = useApiForm({
    initialValues: {
      name: "Gold",
      points: 500 as number | null,
      amount: "42.90" as string | null,
      from: null as string | null,
      day: null as string | null,
    },
    submit: refuse,
    onSaved: () => toast.done("Saved", { undo: () => wait(200) }),
    latest: async () => ({ name: "Platinum", points: 900 }),
  });
  return (
    <Stack gap="lg">
      <Section title="A form">
        <form onSubmit={save}>
          <Stack maw="28rem">
            {notices}
            <TextInput label="Name" {...form.getInputProps("name")} />
            <PointsInput label="Points" {...form.getInputProps("points")} />
            <MoneyInput label="Amount" {...form.getInputProps("amount")} />
            <DateTimeInput label="From" {...form.getInputProps("from")} />
            <DayInput label="Birthday" {...form.getInputProps("day")} />
            <MemberPicker label="Member" value={member} onChange={setMember} />
            <Submit
              saving={saving}
              waits="Saving the tier…"
              blocked={changed || form.values.name === "Gold" ? undefined : "Nothing has changed"}
            >
              Save
            </Submit>
          </Stack>
        </form>
      </Section>
      <Section title="Around">
        <Group>
          <Button variant="default" onClick={() => drawer.open("adjust")}>
            Open a drawer
          </Button>
          <Button
            variant="default"
            onClick={() =>
              ask({
                title: "Archive the tier “Gold”?",
                preview: async () => {
                  await wait(600);
                  return "12 members will fall to Silver.";
                },
                action: "Archive",
                type: "Gold",
                run: () => wait(600),
              })
            }
          >
            Archive…
          </Button>
          <Button
            variant="default"
            onClick={() => toast.done("Archived", { undo: () => wait(200) })}
          >
            A toast
          </Button>
        </Group>
      </Section>
      <Drawer id="adjust" title="Adjust points">
        Contents
      </Drawer>
      {dialog}
    </Stack>
  );
}
