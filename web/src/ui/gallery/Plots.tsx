import { Stack } from "@mantine/core";
import { BarChart, StackedBar } from "../charts/BarChart";
import { Funnel, Ladder } from "../charts/Ladder";
import { LineChart } from "../charts/LineChart";
import { ShareBar } from "../charts/ShareBar";
import { Columns } from "../Page";
import { PeriodPicker } from "../PeriodPicker";

const DAYS = Array.from({ length: 30 }, (_, at) => `${at + 1} Nov`);
const WAVE = (base: number, swing: number, shift: number) =>
  DAYS.map((_, at) => Math.round(base + swing * Math.sin((at + shift) / 3) + at * 3));

export function Plots() {
  return (
    <Stack gap="xl">
      <PeriodPicker />
      <ShareBar
        title="Members of the programme"
        says="Four of ten members have redeemed at least once."
        unit="Members"
        parts={[
          { id: "r", label: "Redeeming", value: 726 },
          { id: "n", label: "Not redeeming", value: 1090 },
          { id: "j", label: "Not joined", value: 2140, colour: "var(--tone-quiet)" },
        ]}
      />
      <LineChart
        title="Points issued and redeemed"
        says="12,400 points were issued, 8 % more than in the period before."
        x={DAYS}
        soFar
        series={[
          { id: "issued", label: "Issued", values: WAVE(400, 90, 0), before: WAVE(360, 80, 4) },
          { id: "redeemed", label: "Redeemed", values: WAVE(220, 60, 7) },
        ]}
      />
      <Columns>
        <BarChart
          title="Revenue"
          says="Revenue grew in three of four weeks."
          x={["Week 1", "Week 2", "Week 3", "Week 4"]}
          series={[
            {
              id: "r",
              label: "Revenue",
              values: [4200, 5100, 4900, 5600],
              before: [4000, 4800, 5000, 5200],
            },
          ]}
        />
        <StackedBar
          title="Points by program"
          says="Coffee gives most points."
          x={["Aug", "Sep", "Oct", "Nov"]}
          soFar
          series={[
            { id: "a", label: "Coffee", values: [400, 420, 480, 210] },
            { id: "b", label: "Bakery", values: [220, 260, 200, 120] },
            { id: "c", label: "Expired", values: [-80, -60, -90, -20] },
          ]}
        />
        <Ladder
          title="Members by tier"
          says="Two of three members stand on the first step."
          unit="Members"
          steps={[
            { id: "b", label: "Bronze", value: 1240 },
            { id: "s", label: "Silver", value: 480 },
            { id: "g", label: "Gold", value: 96 },
          ]}
        />
        <Funnel
          title="From visit to reward"
          says="One in nine members has redeemed."
          unit="Members"
          steps={[
            { id: "1", label: "Joined", value: 1816 },
            { id: "2", label: "Bought", value: 1204 },
            { id: "3", label: "Redeemed", value: 201 },
          ]}
        />
      </Columns>
    </Stack>
  );
}
