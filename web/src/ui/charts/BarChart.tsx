import { Bar } from "@visx/shape";
import { ChartFrame, type ChartWords } from "./ChartFrame";
import { type Geometry, Plot } from "./Plot";
import { colourOf, extentOf, paleOf, type Series, type SeriesProps, useSeries } from "./series";

/** Bars beside each other; the period before is a pale bar beside its own. */
export function BarChart(props: ChartWords & SeriesProps) {
  const { x, series, says, soFar } = props;
  const { legend, axis, read, table } = useSeries(props);
  const bars = series.flatMap((each, at) => [
    ...(each.before ? [{ values: each.before, at, pale: true }] : []),
    { values: each.values, at, pale: false },
  ]);
  return (
    <ChartFrame {...props} legend={legend} table={table}>
      <Plot x={x} extent={extentOf(series)} axis={axis} read={read} label={says}>
        {(geometry) =>
          bars.flatMap(({ values, at, pale }, nth) =>
            values.map((value, place) => {
              const band = geometry.band(place);
              const width = band.width / bars.length;
              const open = soFar && place === x.length - 1;
              return (
                <Block
                  key={`${nth} ${place}`}
                  geometry={geometry}
                  x={band.x + nth * width}
                  width={width}
                  from={0}
                  to={value ?? 0}
                  colour={pale || open ? paleOf(at) : colourOf(at)}
                />
              );
            }),
          )
        }
      </Plot>
    </ChartFrame>
  );
}

/** Parts of a whole over time, on top of each other. */
export function StackedBar(props: ChartWords & SeriesProps) {
  const { x, series, says, soFar } = props;
  const { legend, axis, read, table } = useSeries(props);
  return (
    <ChartFrame {...props} legend={legend} table={table}>
      <Plot x={x} extent={stackedExtent(x, series)} axis={axis} read={read} label={says}>
        {(geometry) =>
          x.flatMap((_, place) => {
            // What is below zero hangs from the axis, so that it hides nothing above.
            const ends = { up: 0, down: 0 };
            return series.map((each, at) => {
              const value = each.values[place] ?? 0;
              const side = value < 0 ? "down" : "up";
              const from = ends[side];
              ends[side] += value;
              const band = geometry.band(place);
              return (
                <Block
                  key={`${place} ${each.id}`}
                  geometry={geometry}
                  x={band.x}
                  width={band.width}
                  from={from}
                  to={ends[side]}
                  colour={soFar && place === x.length - 1 ? paleOf(at) : colourOf(at)}
                />
              );
            });
          })
        }
      </Plot>
    </ChartFrame>
  );
}

export function stackedExtent(x: string[], series: Series[]): [number, number] {
  const sum = (place: number, sign: 1 | -1) =>
    series.reduce((total, each) => total + Math.max((each.values[place] ?? 0) * sign, 0), 0) * sign;
  return [
    Math.min(0, ...x.map((_, place) => sum(place, -1))),
    Math.max(0, ...x.map((_, place) => sum(place, 1))),
  ];
}

interface BlockProps {
  geometry: Geometry;
  x: number;
  width: number;
  from: number;
  to: number;
  colour: string;
}

function Block({ geometry, x, width, from, to, colour }: BlockProps) {
  const [top, bottom] = [geometry.y(Math.max(from, to)), geometry.y(Math.min(from, to))];
  return <Bar x={x} y={top} width={Math.max(width - 1, 1)} height={bottom - top} fill={colour} />;
}
