/**
 * The plot of the panel "Expressiveness timeline": probabilities over the video, a playhead that moves with it, and a
 * click that goes to a moment. `timeline_panel.py` says what `data` holds. It runs in the App as it stands: React, Recoil
 * and the App's own state are the page's.
 */
(() => {
  const { createElement: h, useEffect, useState } = window.React;
  const { useRecoilValue } = window.recoil;

  const WIDTH = 1000; // of the drawing, in units of its own; the page stretches it
  const PLOT = 100;
  const WRONG = "#ff5252";

  /** The frame that the open video is at, from 1. */
  function useCurrentFrame(looker) {
    const [frame, setFrame] = useState(1);
    useEffect(() => {
      if (!looker?.subscribeToState) return undefined;
      const follow = () => setFrame(looker.frameNumber || 1);
      follow();
      return looker.subscribeToState("frameNumber", follow);
    }, [looker]);
    return frame;
  }

  /** Stop at a frame. */
  function goTo(looker, frame) {
    if (looker.state.playing) looker.pause();
    setTimeout(() => looker.seekToFrame(frame)); // once the player knows that it stands
  }

  /** The index of the last judged frame up to a frame, or -1. */
  function judgedAt(frames, frame) {
    let index = -1;
    while (index + 1 < frames.length && frames[index + 1] <= frame) index += 1;
    return index;
  }

  const largest = (values) => values.indexOf(Math.max(...values));

  function ExpressivenessTimeline({ data }) {
    const looker = useRecoilValue(window.__fos__.modalLooker);
    const frame = useCurrentFrame(looker);
    if (!data?.frames) return null;
    const x = (number) => (WIDTH * (number - 1)) / Math.max(data.total - 1, 1);
    const seek = (event) => {
      if (!looker?.seekToFrame || (event.type === "pointermove" && !event.buttons)) return;
      const box = event.currentTarget.getBoundingClientRect();
      const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
      goTo(looker, 1 + Math.round(share * (data.total - 1)));
    };
    return h(
      "div",
      { "data-cy": "expressiveness-timeline", "data-frame": frame, style: { padding: 8, font: "13px sans-serif" } },
      h(Reading, { data, frame }),
      h(
        "svg",
        {
          viewBox: `0 0 ${WIDTH} ${PLOT + 34}`,
          preserveAspectRatio: "none",
          onPointerDown: seek,
          onPointerMove: seek,
          style: { width: "100%", height: 190, cursor: "pointer", display: "block", background: "#1b1f24" },
        },
        h(Lines, { data, x }),
        h(Strips, { data, x }),
        h("line", { x1: x(frame), x2: x(frame), y1: 0, y2: PLOT + 34, stroke: "white", vectorEffect: "non-scaling-stroke" }),
      ),
      h(Key, { data }),
    );
  }

  /** What holds at the playhead, in words. */
  function Reading({ data, frame }) {
    const seconds = data.frame_rate ? ` · ${((frame - 1) / data.frame_rate).toFixed(2)} s` : "";
    const index = judgedAt(data.frames, frame);
    if (index < 0) return h("div", null, `Frame ${frame}${seconds}: no face judged yet`);
    const probabilities = data.probabilities[index];
    const [predicted, truth] = [largest(probabilities), data.truth[index]];
    const sure = `${data.categories[predicted]} ${Math.round(100 * probabilities[predicted])} %`;
    const judged = data.frames[index] === frame ? "" : ` (judged at frame ${data.frames[index]})`;
    const verdict = predicted === truth ? "right" : `wrong: truly ${data.categories[truth]}`;
    return h(
      "div",
      { "data-cy": "expressiveness-reading", style: { minHeight: 22 } },
      `Frame ${frame}${seconds} · `,
      h("b", { style: { color: data.colors[predicted] } }, sure),
      judged,
      " · ",
      h("span", { style: { color: predicted === truth ? "inherit" : WRONG } }, verdict),
    );
  }

  /** A line a category, with the middle marked. */
  function Lines({ data, x }) {
    const y = (probability) => PLOT - 4 - probability * (PLOT - 8);
    return [
      h("line", { key: "half", x1: 0, x2: WIDTH, y1: y(0.5), y2: y(0.5), stroke: "#444", strokeDasharray: "4 4" }),
      ...data.categories.map((name, category) =>
        h("polyline", {
          key: name,
          points: data.frames.map((number, index) => `${x(number)},${y(data.probabilities[index][category])}`).join(" "),
          fill: "none",
          stroke: data.colors[category],
          strokeWidth: 2,
          vectorEffect: "non-scaling-stroke",
        }),
      ),
    ];
  }

  /** Under the lines: what was predicted, what is true, and where they differ, from each judged frame to the next. */
  function Strips({ data, x }) {
    const gaps = data.frames.slice(1).map((number, index) => number - data.frames[index]);
    const step = gaps.length ? [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)] : 1;
    return data.frames.flatMap((number, index) => {
      const gap = gaps[index] === undefined || gaps[index] >= 2 * step ? step : gaps[index];
      const [from, width] = [x(number), x(Math.min(number + gap, data.total)) - x(number)];
      const predicted = largest(data.probabilities[index]);
      const strip = (key, top, height, fill) =>
        h("rect", { key: `${key}${number}`, x: from, width: Math.max(width, 1), y: PLOT + top, height, fill });
      const strips = [
        strip("predicted", 2, 10, data.colors[predicted]),
        strip("truth", 14, 10, data.colors[data.truth[index]]),
      ];
      return predicted === data.truth[index] ? strips : [...strips, strip("wrong", 27, 5, WRONG)];
    });
  }

  function Key({ data }) {
    const swatch = (color, text) =>
      h("span", { key: text, style: { marginRight: 14, whiteSpace: "nowrap" } }, h("b", { style: { color } }, "▬ "), text);
    return h(
      "div",
      { style: { marginTop: 6, lineHeight: 1.6, opacity: 0.9 } },
      data.categories.map((name, index) => swatch(data.colors[index], name)),
      h("span", { key: "rows" }, "Bars: predicted, true, and "),
      swatch(WRONG, "where they differ"),
    );
  }

  window.__fop__.registerComponent({
    name: "ExpressivenessTimeline",
    label: "Expressiveness timeline",
    component: ExpressivenessTimeline,
    type: window.__fop__.PluginComponentType.Component,
    activator: () => true,
  });
})();
