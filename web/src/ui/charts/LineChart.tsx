import { LinePath } from "@visx/shape";
import { CHART } from "../theme";
import { ChartFrame, type ChartWords } from "./ChartFrame";
import { type Geometry, Plot } from "./Plot";
import { colourOf, extentOf, paleOf, type SeriesProps, useSeries } from "./series";

/** Lines over time. The period before is a pale line behind. */
export function LineChart(props: ChartWords & SeriesProps) {
  const { x, series, says, soFar } = props;
  const { legend, axis, read, table } = useSeries(props);
  return (
    <ChartFrame {...props} legend={legend} table={table}>
      <Plot x={x} extent={extentOf(series)} axis={axis} read={read} label={says}>
        {(geometry) => (
          <>
            {series.map(
              (each, at) =>
                each.before && (
                  <Line key={each.id} values={each.before} geometry={geometry} at={at} pale />
                ),
            )}
            {series.map((each, at) => (
              <Line key={each.id} values={each.values} geometry={geometry} at={at} open={soFar} />
            ))}
          </>
        )}
      </Plot>
    </ChartFrame>
  );
}

interface LineProps {
  values: (number | null)[];
  geometry: Geometry;
  at: number;
  pale?: boolean;
  /** The last step is dashed, because its period is not over. */
  open?: boolean;
}

function Line({ values, geometry, at, pale = false, open = false }: LineProps) {
  const points = values.map((value, place) => ({ value, place }));
  const last = values.findLastIndex((value) => value !== null);
  const style = {
    x: (point: (typeof points)[number]) => geometry.middle(point.place),
    y: (point: (typeof points)[number]) => geometry.y(point.value ?? 0),
    defined: (point: (typeof points)[number]) => point.value !== null,
    stroke: pale ? paleOf(at) : colourOf(at),
    strokeWidth: pale ? CHART.pale : CHART.line,
    fill: "none",
  };
  return (
    <>
      <LinePath data={open ? points.slice(0, last) : points} {...style} />
      {open && (
        <LinePath
          data={points.slice(Math.max(last - 1, 0), last + 1)}
          {...style}
          strokeDasharray="3 3"
        />
      )}
      {!pale && last >= 0 && (
        <circle
          cx={geometry.middle(last)}
          cy={geometry.y(values[last] ?? 0)}
          r={CHART.dot}
          fill={colourOf(at)}
        />
      )}
    </>
  );
}
