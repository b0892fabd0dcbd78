import { Trans } from "@lingui/react/macro";
import { Box, Group, Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { scaleBand, scaleLinear } from "@visx/scale";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useState } from "react";
import { CHART } from "../theme";
import styles from "./charts.module.css";

export interface Geometry {
  /** The middle of a place on the x axis. */
  middle: (at: number) => number;
  /** The left edge and the width of its band. */
  band: (at: number) => { x: number; width: number };
  y: (value: number) => number;
  height: number;
}

export interface Reading {
  label: string;
  value: string;
  colour: string;
}

interface PlotProps {
  /** Words of the places on the x axis. */
  x: string[];
  /** The least and the greatest value. */
  extent: [number, number];
  /** Figures of the y axis, short. */
  axis: (value: number) => string;
  /** What stands at a place: for hover and arrow keys. */
  read: (at: number) => Reading[];
  label: string;
  children: (geometry: Geometry) => ReactNode;
}

/** Axes and read-out that all charts over time share. */
export function Plot({ x, extent, axis, read, label, children }: PlotProps) {
  const { ref, width } = useElementSize();
  const [at, setAt] = useState<number | null>(null);
  const { margin, height: full } = CHART;
  const inner = Math.max(width - margin.left - margin.right, 0);
  const height = full - margin.top - margin.bottom;
  const places = scaleBand({ domain: x.map((_, i) => i), range: [0, inner], padding: 0.2 });
  const [least, most] = extent;
  const y = scaleLinear({
    domain: [Math.min(0, least), most > 0 ? most : 1],
    range: [height, 0],
    nice: true,
  });
  const middle = (i: number) => (places(i) ?? 0) + places.bandwidth() / 2;
  const pointed = (event: PointerEvent<HTMLDivElement>) => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left - margin.left;
    const found = Math.floor((left / Math.max(inner, 1)) * x.length);
    setAt(Math.min(Math.max(found, 0), x.length - 1));
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") setAt(null);
    if (step === undefined) return;
    event.preventDefault();
    setAt(Math.min(Math.max((at ?? (step > 0 ? -1 : x.length)) + step, 0), x.length - 1));
  };
  if (x.length === 0)
    return (
      <Text c="dimmed">
        <Trans>Nothing to show yet.</Trans>
      </Text>
    );
  const every = Math.max(1, Math.ceil((x.length * CHART.labelRoom) / Math.max(inner, 1)));
  return (
    <Box
      ref={ref}
      className={styles.plot}
      h={full}
      tabIndex={0}
      role="application"
      aria-label={label}
      onPointerMove={pointed}
      onPointerDown={pointed}
      onPointerLeave={() => setAt(null)}
      onBlur={() => setAt(null)}
      onKeyDown={key}
    >
      {width > 0 && (
        <svg width={width} height={full} aria-hidden>
          <g transform={`translate(${margin.left},${margin.top})`}>
            {y.ticks(4).map((tick) => (
              <g key={tick} transform={`translate(0,${y(tick)})`}>
                <line x2={inner} className={styles.grid} />
                <text
                  x={-8}
                  dy="0.32em"
                  textAnchor="end"
                  fontSize={CHART.label}
                  className={styles.axis}
                >
                  {axis(tick)}
                </text>
              </g>
            ))}
            {x.map(
              (word, i) =>
                i % every === 0 && (
                  <text
                    key={i}
                    x={middle(i)}
                    y={height + margin.bottom - 6}
                    textAnchor="middle"
                    fontSize={CHART.label}
                    className={styles.axis}
                  >
                    {word}
                  </text>
                ),
            )}
            {at !== null && (
              <line x1={middle(at)} x2={middle(at)} y2={height} className={styles.cursor} />
            )}
            {children({
              middle,
              band: (i) => ({ x: places(i) ?? 0, width: places.bandwidth() }),
              y,
              height,
            })}
          </g>
        </svg>
      )}
      {at !== null && (
        <ReadOut
          word={x[at] ?? ""}
          readings={read(at)}
          left={margin.left + middle(at)}
          turned={middle(at) > inner / 2}
        />
      )}
    </Box>
  );
}

interface ReadOutProps {
  word: string;
  readings: Reading[];
  left: number;
  /** Stands at the left of the place, because the right has no room. */
  turned: boolean;
}

function ReadOut({ word, readings, left, turned }: ReadOutProps) {
  const away = CHART.label;
  return (
    <div
      className={styles.readout}
      role="status"
      style={{ left, transform: `translateX(${turned ? `calc(-100% - ${away}px)` : `${away}px`})` }}
    >
      <strong>{word}</strong>
      {readings.map((reading) => (
        <Group key={reading.label} gap="xxs" wrap="nowrap" justify="space-between">
          <Group gap="xxs" wrap="nowrap">
            <Box className={styles.swatch} bg={reading.colour} />
            {reading.label}
          </Group>
          <span className="tabular">{reading.value}</span>
        </Group>
      ))}
    </div>
  );
}
