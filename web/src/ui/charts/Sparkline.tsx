import { scaleLinear } from "@visx/scale";
import { LinePath } from "@visx/shape";
import { CHART } from "../theme";

/** A small line without axes; the figure beside it says the same in words. */
export default function Sparkline({ values }: { values: number[] }) {
  const { width, height } = CHART.spark;
  const x = scaleLinear({
    domain: [0, values.length - 1],
    range: [CHART.line, width - CHART.line],
  });
  const y = scaleLinear({
    domain: [Math.min(0, ...values), Math.max(...values, 1)],
    range: [height - CHART.line, CHART.line],
  });
  return (
    <svg width={width} height={height} aria-hidden>
      <LinePath
        data={values}
        x={(_, at) => x(at)}
        y={(value) => y(value)}
        stroke="var(--series-0)"
        strokeWidth={CHART.pale}
        fill="none"
      />
    </svg>
  );
}
