import { Button, Group, Stack } from "@mantine/core";
import { IconGift, IconShoppingBag, IconStar } from "@tabler/icons-react";
import { Problem } from "@/api/problems";
import { CodeBlock, JsonView } from "../Code";
import { Copy } from "../Copy";
import { Diff } from "../Diff";
import { Empty } from "../Empty";
import { EntityLink } from "../EntityLink";
import { Figure } from "../Figure";
import { Kbd } from "../Kbd";
import { Money } from "../Money";
import { Columns, Facts, Section } from "../Page";
import { Points } from "../Points";
import { ProblemNotice } from "../ProblemNotice";
import { ProgressBar } from "../Progress";
import { Status } from "../Status";
import { Timeline } from "../Timeline";
import { Day, When } from "../When";
import { Why } from "../Why";

const AGO = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const ID = "mem_01h455vb4pex5vsknk084sn02q";
const WHY = [
  "2 points per 1 € on 42.90 €: 85 points.",
  "Gold members get half as much again: 42 points.",
];
const TREND = [3, 5, 4, 8, 7, 9, 12, 10, 14];

export function Numbers() {
  return (
    <Stack gap="lg">
      <Section>
        <Columns count={4}>
          <Figure
            label="Points issued"
            value={<Points value={12400} />}
            definition="Points credited in the period, before expiry and refunds."
            now={12400}
            before={11480}
            growth="good"
            trend={TREND}
            soFar
          />
          <Figure
            label="Revenue of members"
            value={<Money amount="48210.50" />}
            definition="Purchases of members less refunds."
            now={48210}
            before={52000}
            growth="good"
            trend={[...TREND].reverse()}
          />
          <Figure
            label="New members"
            value="318"
            definition="Enrolled in the period."
            now={318}
            before={0}
          />
          <Figure label="Redeemed" value="…" definition="Points spent." loading />
        </Columns>
      </Section>
      <Section title="Facts" hint="A list of definitions.">
        <Columns>
          <Facts
            facts={[
              [
                "Member",
                <EntityLink key="m" id={ID}>
                  Anna Kowalski
                </EntityLink>,
              ],
              ["Id", <Copy key="i" value={ID} />],
              ["Balance", <Points key="p" value={1240} />],
              ["Last movement", <Points key="l" value={-20} signed program="Coffee" />],
              ["Spent", <Money key="s" amount="1042.90" />],
              ["Joined", <When key="j" at={AGO(60 * 24 * 40)} />],
              ["Birthday", <Day key="b" day="1990-02-03" />],
            ]}
          />
          <Stack gap="xs">
            <Status tone="good">Active</Status>
            <Status tone="waiting">Pending</Status>
            <Status tone="attention">Blocked</Status>
            <Status tone="bad">Failed</Status>
            <Status tone="quiet">Archived</Status>
            <Status tone="info">Test</Status>
            <Group>
              <Kbd keys="mod+K" />
              <Why title="127 points" explanation={WHY} />
            </Group>
            <ProgressBar done={420} total={12431} state="running" />
          </Stack>
        </Columns>
      </Section>
      <Section title="What happened">
        <Timeline
          items={[
            {
              id: "1",
              icon: IconShoppingBag,
              words: "Bought for 42.90 € in the shop Mitte",
              at: AGO(3),
              value: <Points value={127} signed />,
              why: <Why title="127 points" explanation={WHY} />,
            },
            {
              id: "2",
              icon: IconGift,
              words: "Got the reward “Free coffee”",
              at: AGO(190),
              value: <Points value={-100} signed />,
              note: "by Ada, in the console",
            },
            { id: "3", icon: IconStar, words: "Rose to Gold", at: AGO(60 * 30) },
          ]}
        />
      </Section>
      <Section title="Empty and wrong">
        <Empty title="No rewards yet" action={<Button>Create a reward</Button>}>
          A reward is what members get for their points.
        </Empty>
        <ProblemNotice
          error={
            new Problem(
              {
                title: "The request is not valid",
                detail: "Two fields are wrong.",
                request_id: "req_12345",
                errors: [{ field: "points", code: "too_small", message: "Give at least 1." }],
              },
              422,
            )
          }
        />
      </Section>
      <Section title="Data">
        <Columns>
          <JsonView
            value={{
              id: ID,
              points: 127,
              lines: [{ sku: "A-1", quantity: "2" }],
              note: null,
              ok: true,
            }}
          />
          <CodeBlock
            code={
              "curl https://api.example.com/v1/members \\\n  -H 'Authorization: Bearer lk_test_…'"
            }
          />
        </Columns>
        <Diff
          before={{ name: "Gold", threshold: 1000, note: null }}
          after={{ name: "Gold", threshold: 1200, note: "new" }}
        />
      </Section>
    </Stack>
  );
}
