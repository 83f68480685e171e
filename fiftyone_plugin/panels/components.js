/**
 * What the panels need of the browser and FiftyOne has no component for. It runs in the App as it stands: React, Recoil
 * and the App's own state are the page's.
 */

(() => {
  const { createElement, useEffect, useRef } = window.React;
  const { useRecoilState, useRecoilValue } = window.recoil;

  /** Draws nothing: tells its panel, by `on_reload`, whenever the dataset is read anew. */
  function ExpressivenessReload({ schema }) {
    const panel = window.__fosp__.usePanelId();
    const tell = window.__foo__.usePanelEvent();
    const reading = useRecoilValue(window.__fos__.refresher);
    const shown = useRef(reading);
    useEffect(() => {
      if (shown.current === reading) return;
      shown.current = reading;
      tell(panel, { operator: schema.view.on_reload });
    }, [reading]);
    return null;
  }

  /**
   * Draws nothing: keeps the sidebar as `data`, the dataset's own groups, has it. The App reads those only when a dataset
   * is opened: it would put fields that come later at the end, and those that come back after a view of faces. In such
   * a view, which has few fields, groups without any are left out.
   */
  function ExpressivenessSidebar({ data }) {
    const [groups, arrange] = useRecoilState(window.__fos__.sidebarGroupsDefinition(false));
    const view = useRecoilValue(window.__fos__.view);
    const ofVideos = view.every(({ _cls }) => !/\.To[A-Z]/.test(_cls));
    useEffect(() => {
      if (!data) return;
      arrange(ofVideos ? data : groups.filter(({ name, paths }) => name === "tags" || paths.length));
    }, [ofVideos, JSON.stringify(data)]);
    return null;
  }

  /** In the window that says why an operator has failed: closes it, and opens the operator's form as it was. */
  function ExpressivenessTryAgain({ schema }) {
    const prompt = window.__foo__.usePromptOperatorInput();
    const { operator, params } = schema.view;
    const again = ({ currentTarget }) => {
      const buttons = currentTarget.closest("[role=dialog]")?.querySelectorAll("button") ?? [];
      [...buttons].find(({ textContent }) => textContent === "Done")?.click(); // FiftyOne exports nothing that closes it
      prompt(operator, params);
    };
    const style = { font: "inherit", color: "inherit", background: "none", border: "1px solid", borderRadius: 4 };
    return createElement(
      "button",
      { type: "button", onClick: again, style: { ...style, padding: "6px 16px", cursor: "pointer" } },
      "Back to the form",
    );
  }

  for (const component of [ExpressivenessReload, ExpressivenessSidebar, ExpressivenessTryAgain])
    window.__fop__.registerComponent({
      name: component.name,
      label: component.name,
      component,
      type: window.__fop__.PluginComponentType.Component,
      activator: () => true,
    });
})();

/**
 * The plot of the panel "Expressiveness timeline": probabilities over the video, a playhead that moves with it, and a
 * click that goes to a moment. `timeline_panel.py` says what `data` holds.
 */
(() => {
  const { createElement: h, memo, useEffect, useState } = window.React;
  const { useRecoilValue } = window.recoil;
  const { getNodes, Layout, useSpaces } = window.__fosp__;

  const PANEL = "timeline_panel";
  const WIDTH = 1000; // of the drawing, in units of its own; the page stretches it
  const PLOT = 100;
  const HEIGHT = PLOT + 34;
  const WRONG = "#ff5252";

  function ExpressivenessTimeline({ data }) {
    const looker = useRecoilValue(window.__fos__.modalLooker);
    const frame = useCurrentFrame(looker);
    usePlaceUnderVideo();
    if (!data?.frames) return null;
    const seek = (event) => {
      if (!frame || !looker.seekToFrame || (event.type === "pointermove" && !event.buttons)) return;
      const box = event.currentTarget.getBoundingClientRect();
      const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
      goTo(looker, 1 + Math.round(share * (data.total - 1)));
    };
    const playhead = { stroke: "white", strokeWidth: 2, vectorEffect: "non-scaling-stroke", y1: 0, y2: HEIGHT };
    return h(
      "div",
      { "data-cy": "expressiveness-timeline", "data-frame": frame, style: { font: "13px sans-serif" } },
      h(Reading, { data, frame }),
      h(
        "svg",
        {
          viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
          preserveAspectRatio: "none",
          onPointerDown: seek,
          onPointerMove: seek,
          style: { width: "100%", height: 190, cursor: "pointer", display: "block", background: "#1b1f24" },
        },
        h(Lines, { data }),
        h(Scores, { data }),
        h(Bars, { data }),
        frame && h("line", { ...playhead, x1: at(data, frame), x2: at(data, frame) }),
      ),
      h(Key, { data }),
    );
  }

  /** The frame that is shown, from 1; undefined in the Annotate tab, whose player keeps it to itself. */
  function useCurrentFrame(looker) {
    const [frame, setFrame] = useState();
    useEffect(() => {
      if (!looker?.subscribeToState) return undefined;
      const shown = () => looker.frameNumber ?? looker.sample?.frame_number; // a video's, or a single face's
      const follow = () => setFrame(looker.state.destroyed ? undefined : shown());
      follow();
      const subscriptions = ["frameNumber", "destroyed"].map((name) => looker.subscribeToState(name, follow));
      return () => subscriptions.forEach((unsubscribe) => unsubscribe());
    }, [looker]);
    return frame;
  }

  /** Where the panel opens as a tab over the video, put it under the video, so that both are seen. */
  function usePlaceUnderVideo() {
    const { spaces } = useSpaces(window.__fos__.constants.FIFTYONE_MODAL_SPACES_ID);
    useEffect(() => {
      const panel = getNodes(spaces.root).find(({ type }) => type === PANEL);
      if (panel && spaces.canSplitLayout(panel.parent)) spaces.splitLayout(panel.parent, Layout.Vertical, panel);
    }, []);
  }

  /** Stop at a frame, as soon as the video is there. */
  function goTo(looker, frame) {
    const seek = () => looker.seekToFrame(frame);
    if (looker.state.playing) looker.pause();
    if (looker.state.loaded) setTimeout(seek); // once the player knows that it stands
    else looker.addEventListener("load", seek, { once: true });
  }

  /** What holds at the playhead, in words. */
  function Reading({ data, frame }) {
    if (!frame) return h("div", { style: { minHeight: 22 } }, "The timeline moves with the video in the Explore tab.");
    const seconds = data.frame_rate ? ` · ${((frame - 1) / data.frame_rate).toFixed(2)} s` : "";
    const index = data.frames.findLastIndex((number) => number <= frame);
    if (index < 0) return h("div", null, `Frame ${frame}${seconds}: no face judged yet`);
    const probabilities = data.probabilities[index];
    const [predicted, truth] = [largest(probabilities), data.truth[index]];
    const sure = `${data.categories[predicted]} ${Math.round(100 * probabilities[predicted])} %`;
    const judged = data.frames[index] === frame ? "" : ` (judged at frame ${data.frames[index]})`;
    const score = data.scores ? `score ${signed(data.scores[index])} · ` : "";
    const verdict = predicted === truth ? "right" : `wrong: truly ${data.categories[truth]}`;
    return h(
      "div",
      { "data-cy": "expressiveness-reading", style: { minHeight: 22 } },
      `Frame ${frame}${seconds} · `,
      h("b", { style: { color: data.colors[predicted] } }, sure),
      `${judged} · ${score}`,
      h("span", { style: { color: predicted === truth ? "inherit" : WRONG } }, verdict),
    );
  }

  /** A line a category, broken where no face was found; half is marked. */
  const Lines = memo(({ data }) => {
    const y = (probability) => PLOT - 4 - probability * (PLOT - 8);
    const goesOn = data.frames.map((number, index) => index > 0 && number - data.frames[index - 1] < 2 * data.step);
    const line = { fill: "none", strokeWidth: 2, strokeLinecap: "round", vectorEffect: "non-scaling-stroke" };
    return [
      h("line", { key: "half", x1: 0, x2: WIDTH, y1: y(0.5), y2: y(0.5), stroke: "#555", strokeDasharray: "4 4" }),
      ...data.categories.map((name, category) => {
        const d = data.frames.map((number, index) => {
          const [left, top] = [at(data, number), y(data.probabilities[index][category])];
          return goesOn[index] ? `L${left} ${top}` : `M${left} ${top}h0.01`; // a lone frame is a dot
        });
        return h("path", { ...line, key: name, d: d.join(""), stroke: data.colors[category] });
      }),
    ];
  });

  /** The score that each frame stands for, from its lowest in the video to its highest, where the model knows it. */
  const Scores = memo(({ data }) => {
    if (!data.scores) return null;
    const [lowest, highest] = [Math.min(...data.scores), Math.max(...data.scores)];
    const y = (score) => PLOT - 8 - ((score - lowest) / Math.max(highest - lowest, 0.01)) * (PLOT - 16);
    const points = data.frames.map((number, index) => `${at(data, number)},${y(data.scores[index])}`).join(" ");
    const line = { fill: "none", stroke: "white", strokeWidth: 1.5, strokeDasharray: "2 3" };
    return h("polyline", { ...line, points, vectorEffect: "non-scaling-stroke", "data-cy": "expressiveness-scores" });
  });

  /** Under the lines, from each judged frame to the next: what was predicted, what is true, and where they differ. */
  const Bars = memo(({ data }) =>
    data.frames.flatMap((number, index) => {
      const gap = data.frames[index + 1] - number;
      const until = number + (gap < 2 * data.step ? gap : data.step);
      const x = at(data, number);
      const width = Math.max(at(data, Math.min(until, data.total)) - x, 1);
      const bar = (key, y, height, fill) =>
        h("rect", { key: `${key}${number}`, x, width, y, height, fill, shapeRendering: "crispEdges" });
      const predicted = largest(data.probabilities[index]);
      const bars = [
        bar("predicted", PLOT + 2, 10, data.colors[predicted]),
        bar("truth", PLOT + 14, 10, data.colors[data.truth[index]]),
      ];
      return predicted === data.truth[index] ? bars : [...bars, bar("wrong", PLOT + 27, 5, WRONG)];
    }),
  );

  function Key({ data }) {
    const swatch = (color, text) =>
      h("span", { key: text, style: { marginRight: 14, whiteSpace: "nowrap" } }, h("b", { style: { color } }, "▬ "), text);
    return h(
      "div",
      { style: { marginTop: 6, lineHeight: 1.6, opacity: 0.9 } },
      data.categories.map((name, index) => swatch(data.colors[index], name)),
      data.scores && swatch("white", `score of the frame, ${scale(data.scores)}`),
      "Bars: predicted, true, and ",
      swatch(WRONG, "where they differ"),
    );
  }

  /** Where a frame is, from left to right. */
  const at = (data, frame) => (WIDTH * (frame - 1)) / Math.max(data.total - 1, 1);

  const signed = (score) => `${score < 0 ? "" : "+"}${score.toFixed(2)}`;

  const scale = (scores) => `${signed(Math.min(...scores))} to ${signed(Math.max(...scores))}`;

  const largest = (values) => values.indexOf(Math.max(...values));

  window.__fop__.registerComponent({
    name: "ExpressivenessTimeline",
    label: "Expressiveness timeline",
    component: ExpressivenessTimeline,
    type: window.__fop__.PluginComponentType.Component,
    activator: () => true,
  });
})();
