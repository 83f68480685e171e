/**
 * Browser components that the panels need and FiftyOne lacks. They run in the App without a build step, using the page's
 * React, Recoil and state.
 */

(() => {
  const { createElement, useEffect, useRef } = window.React;
  const { useRecoilState, useRecoilValue } = window.recoil;

  /** Renders nothing: calls its panel's `on_reload` whenever the dataset is reloaded. */
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
   * Renders nothing: keeps sidebar and label colors in line with the dataset's own, given in `data`. The App reads these
   * only when a dataset is opened. Without this, fields that are added later, or return after a patch view, would go to
   * the end of the sidebar, and new labels would get other colors. Patch views have few fields, so empty groups are hidden.
   */
  function ExpressivenessSidebar({ data }) {
    const [groups, arrange] = useRecoilState(window.__fos__.sidebarGroupsDefinition(false));
    const [scheme, color] = useRecoilState(window.__fos__.colorScheme);
    useEffect(() => {
      const known = new Map((scheme.fields ?? []).map((field) => [field.path, field]));
      const fresh = (data?.colors ?? []).filter(({ path }) => !known.get(path)?.valueColors?.length);
      if (fresh.length) color({ ...scheme, colorBy: "value", fields: [...(scheme.fields ?? []), ...fresh] });
    }, [JSON.stringify(data?.colors)]);
    const view = useRecoilValue(window.__fos__.view);
    const ofVideos = view.every(({ _cls }) => !/\.To[A-Z]/.test(_cls));
    useEffect(() => {
      if (!data) return;
      arrange(ofVideos ? data.groups : groups.filter(({ name, paths }) => name === "tags" || paths.length));
    }, [ofVideos, JSON.stringify(data?.groups)]);
    return null;
  }

  /** In the dialog about a failed operator: closes it and reopens the operator's form with the same values. */
  function ExpressivenessTryAgain({ schema }) {
    const prompt = window.__foo__.usePromptOperatorInput();
    const { operator, params } = schema.view;
    const again = ({ currentTarget }) => {
      const buttons = currentTarget.closest("[role=dialog]")?.querySelectorAll("button") ?? [];
      [...buttons].find(({ textContent }) => textContent === "Done")?.click(); // FiftyOne exports no way to close it
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
 * Decisions with the keyboard, and the review queue. A decision is shown immediately and saved in the background. The
 * browser keeps it until the server confirms it, so no decision is lost if the page reloads or the server goes away.
 */
const ExpressivenessReview = (() => {
  const { createElement: h, useEffect, useMemo, useReducer, useRef, useState } = window.React;

  const DECIDE = "@expressiveness/interviews/save_decisions";
  const RETRY = 3000; // milliseconds
  const ARRIVES = 2000; // milliseconds; how long a player may take to reach a frame and stay there
  const MOST_AT_ONCE = 50;
  const CODER = "expressiveness-coder";

  const KEYS = [
    ["n / p", "next, previous in the queue"],
    [", / .", "previous, next judged frame"],
    ["1 2 3", "set the category; with Shift, of the whole stretch around"],
    ["c", "confirm the true category"],
    ["x", "leave out of training; with Shift, the whole video"],
    ["u", "undo"],
    ["[ / ]", "begin and end a stretch, which the next decision is about"],
    ["l", "play the stretch in a loop"],
    ["Space", "play"],
    ["?", "show these keys"],
  ];

  /** The decisions made in this browser that the server has not confirmed, for one dataset. */
  const outbox = (dataset) => {
    const name = `expressiveness-decisions-${dataset}`;
    const read = () => JSON.parse(localStorage.getItem(name) ?? "[]");
    const write = (decisions) => localStorage.setItem(name, JSON.stringify(decisions));
    return {
      read,
      add: (decision) => write([...read(), decision]),
      remove: (keys) => write(read().filter(({ key }) => !keys.includes(key))),
    };
  };

  /**
   * The decisions, and functions to make them.
   *
   * `decided(sample)` returns a video's decisions by frame number, including unsaved ones; `decide` makes a decision and
   * `undo` reverts the last one; `saving` is the number of unsaved decisions, and `trouble` says why if saving failed.
   */
  function useDecisions(data, dataset) {
    const box = useMemo(() => outbox(dataset), [dataset]);
    const saver = window.__foo__.useOperatorExecutor(DECIDE);
    const notify = window.__fos__.useNotification();
    const [waiting, setWaiting] = useState(box.read);
    const [answers, setAnswers] = useState({}); // the server's last answer, by sample
    const [trouble, setTrouble] = useState(null);
    const state = useRef({ busy: false, steps: {}, made: [] }).current;
    state.save = saver.execute;

    const flush = () => {
      const decisions = box.read().slice(0, MOST_AT_ONCE);
      if (state.busy || !decisions.length) return;
      state.busy = true;
      const named = decisions.map((one) => ({ ...one, step: state.steps[one.undoes] ?? one.step }));
      const callback = (answer) => {
        state.busy = false;
        const { steps, refused, decided } = answer?.result ?? {};
        if (!steps) {
          setTrouble(answer?.errorMessage || answer?.error?.message || "the server does not answer");
          setTimeout(flush, RETRY);
          return;
        }
        Object.assign(state.steps, steps);
        setTrouble(null);
        Object.values(refused).forEach((msg) => notify({ msg, variant: "error" }));
        box.remove(decisions.map(({ key }) => key));
        setAnswers((known) => ({ ...known, ...decided }));
        setWaiting(box.read());
        flush();
      };
      const options = { callback, skipOutput: true, skipErrorNotification: true };
      state.save({ decided_by: coder(data), decisions: named }, options);
    };

    useEffect(flush, [box]); // left unsaved by an earlier page

    const add = (decision) => {
      const one = { key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, ...decision };
      box.add(one);
      setWaiting(box.read());
      flush();
      return one;
    };

    const said = (sample) => answers[sample] ?? (sample === data.sample ? data.decided : { frames: {}, left_out: false });

    const leftOut = (sample) => {
      const last = waiting.findLast((one) => one.sample === sample && one.whole_video);
      return last ? last.decision !== "undo" : said(sample).left_out;
    };

    const decided = (sample) => {
      const shown = { ...said(sample).frames };
      for (const one of waiting.filter((decision) => decision.sample === sample)) {
        for (const frame of one.frames) {
          if (one.decision === "undo") delete shown[frame];
          else shown[frame] = { category: one.shows, excluded: one.decision === "exclude", by: coder(data) };
        }
      }
      return shown;
    };

    return {
      known: [waiting, answers], // dependencies for hooks
      decided,
      leftOut,
      saving: waiting.length,
      trouble,
      decide: (decision) => state.made.push(add(decision)),
      undo: () => {
        const last = state.made.pop();
        if (!last) return undefined;
        const { key, sample, frames, whole_video } = last;
        add({ sample, frames, whole_video, decision: "undo", undoes: key, step: state.steps[key] });
        return last;
      },
    };
  }

  /** The videos of a queue, without frames that were decided on since. */
  const stillWaiting = (videos, { decided, leftOut }) =>
    videos
      .filter(({ id }) => !leftOut(id))
      .map((video) => {
        const settled = decided(video.id);
        return { ...video, frames: video.frames.filter((number) => !settled[number]) };
      })
      .filter(({ frames }) => frames.length);

  /** The video just opened to continue there; kept outside the component, which may be created anew. */
  const arriving = { current: null };

  /** The reviewer's name stored with decisions. */
  const coder = (data) => localStorage.getItem(CODER) || data.coder || "unknown";

  /** The queue, the decisions and the keyboard, shown between the current values and the plot. */
  function Review({ data, dataset, frame, looker, goTo, onMarks, onDecided }) {
    const decisions = useDecisions(data, dataset);
    const [marks, setMarks] = useState({});
    const [loops, setLoops] = useState(false);
    const [help, setHelp] = useState(false);
    const [, refresh] = useReducer((count) => count + 1, 0);
    const heading = useRef(null); // the frame the player is moving to; the next key may come first
    if (heading.current && Date.now() > heading.current.until) heading.current = null;
    const decided = useMemo(() => decisions.decided(data.sample), [data, ...decisions.known]);
    const here = data.frames.findLastIndex((number) => number <= (heading.current?.frame ?? frame));
    const queue = useMemo(() => stillWaiting(data.queue.videos, decisions), [data, ...decisions.known]);
    const left = queue.reduce((sum, { frames }) => sum + frames.length, 0);

    useEffect(() => onDecided(decided), [decided]);
    useEffect(() => onMarks(marks), [marks]);
    useEffect(() => setMarks({}), [data.sample]);
    useEffect(() => {
      const there = looker?.seekToFrame && String(looker.state.config.sampleId).startsWith(data.sample); // the previous player may still be there
      if (arriving.current !== data.sample || !there) return;
      arriving.current = null;
      const first = queue.find(({ id }) => id === data.sample)?.frames[0];
      if (first) seek(first);
    }, [data.sample, looker]);
    useEffect(() => {
      // When a video has just been opened, the App jumps back to frame 1 once it has loaded.
      const strays = heading.current && looker?.seekToFrame && !looker.state.playing && frame !== heading.current.frame;
      if (strays) goTo(looker, heading.current.frame);
    }, [looker, frame]);
    useEffect(() => {
      const elsewhere = () => { heading.current = null; };
      window.addEventListener("pointerdown", elsewhere, true);
      return () => window.removeEventListener("pointerdown", elsewhere, true);
    }, []);
    useEffect(() => {
      if (loops && marks.end && (frame > marks.end || frame < marks.start)) looker.seekToFrame(marks.start);
    }, [frame, loops]);

    const seek = (number) => {
      heading.current = { frame: number, until: Date.now() + ARRIVES };
      goTo(looker, number);
      refresh();
    };

    /** Go to the next queued frame, in this video or the next one; `past` lists frames that were just decided on. */
    const goOn = (step, past = []) => {
      const shown = data.frames[here];
      const inside = (queue.find(({ id }) => id === data.sample)?.frames ?? []).filter((one) => !past.includes(one));
      const next = step > 0 ? inside.find((one) => one > shown) : inside.findLast((one) => one < shown);
      if (next) return seek(next);
      const place = queue.findIndex(({ id }) => id === data.sample);
      const others = queue.filter(({ id }) => id !== data.sample);
      const video = step > 0 ? (queue.slice(place + 1)[0] ?? others[0]) : (place > 0 ? queue[place - 1] : others.at(-1));
      if (video && video.id !== data.sample) return open(video.id);
      if (inside.length) seek(step > 0 ? inside[0] : inside.at(-1));
    };

    const open = (sample) => {
      arriving.current = sample;
      window.__foo__.executeOperator("open_sample", { id: sample });
    };

    /** The judged frames that a decision applies to: the marked range, the current stretch, or the current frame. */
    const chosen = (wholeStretch) => {
      if (marks.start && marks.end) return data.frames.filter((one) => one >= marks.start && one <= marks.end);
      if (!wholeStretch) return [data.frames[here]];
      const kind = (index) => `${largest(data.probabilities[index])} ${data.truth[index]}`;
      let [first, last] = [here, here];
      while (first > 0 && kind(first - 1) === kind(here)) first -= 1;
      while (last + 1 < data.frames.length && kind(last + 1) === kind(here)) last += 1;
      return data.frames.slice(first, last + 1);
    };

    const decide = (decision, category, wholeStretch) => {
      if (here < 0) return;
      const frames = chosen(wholeStretch);
      const shows = category ?? decided[data.frames[here]]?.category ?? data.categories[data.truth[here]];
      decisions.decide({ sample: data.sample, frames, decision, category, shows });
      setMarks({});
      setLoops(false);
      goOn(1, frames);
    };

    const leaveOut = () => {
      decisions.decide({ sample: data.sample, frames: [], decision: "exclude", whole_video: true });
      goOn(1, data.frames);
    };

    const undo = () => {
      const last = decisions.undo();
      if (!last) return;
      if (last.sample === data.sample) seek(last.frames[0] ?? data.frames[0]);
      else open(last.sample);
    };

    const mark = (end) => {
      const number = data.frames[here];
      setMarks(end ? { start: Math.min(marks.start ?? number, number), end: number } : { start: number });
    };

    const act = (event) => {
      const digit = /^Digit([123])$/.exec(event.code)?.[1];
      if (digit) return decide("category", data.categories[digit - 1], event.shiftKey);
      const actions = {
        n: () => goOn(1),
        p: () => goOn(-1),
        ",": () => here > 0 && seek(data.frames[here - 1]),
        ".": () => here + 1 < data.frames.length && seek(data.frames[here + 1]),
        c: () => decide("confirm"),
        x: () => decide("exclude"),
        X: leaveOut,
        u: undo,
        "[": () => mark(false),
        "]": () => mark(true),
        l: () => {
          setLoops(!loops);
          if (!loops && marks.end) {
            seek(marks.start);
            setTimeout(() => looker.play?.(), 100);
          } else looker.pause?.();
        },
        "?": () => setHelp(!help),
      };
      if (!actions[event.key]) {
        heading.current = null; // the player's own keys may move it
        return false;
      }
      actions[event.key]();
      return true;
    };
    useKeys(act, Boolean(frame && looker?.seekToFrame));

    const place = queue.findIndex(({ id }) => id === data.sample);
    const now = here < 0 ? null : decided[data.frames[here]];
    return h(
      "div",
      { "data-cy": "expressiveness-review", style: { margin: "2px 0 6px", lineHeight: 1.6 } },
      h("b", { "data-cy": "expressiveness-left" }, left ? `${left} left` : "nothing left"),
      left ? ` in ${queue.length} video${queue.length === 1 ? "" : "s"}` : " in this queue",
      place >= 0 && ` · ${queue[place].frames.length} here`,
      decisions.leftOut(data.sample) && " · this video is left out of training",
      now && ` · decided: ${now.excluded ? "left out" : now.category} (${now.by})`,
      marks.start && ` · stretch from frame ${marks.start}${marks.end ? ` to ${marks.end}` : ""}`,
      h("span", { style: { float: "right", opacity: 0.9 } }, h(Saved, { decisions }), h(Coder, { data }), h(Hint, { setHelp })),
      help && h(Keys),
    );
  }

  /** Whether everything is saved. */
  function Saved({ decisions: { saving, trouble } }) {
    const words = trouble ? `Not saved: ${trouble}` : saving ? `saving ${saving} ...` : "all saved";
    return h("span", { "data-cy": "expressiveness-saved", role: "status", style: { color: trouble && "#ff5252" } }, words);
  }

  /** The reviewer's name; a click changes it. */
  function Coder({ data }) {
    const [name, setName] = useState(coder(data));
    const change = () => {
      const given = window.prompt("Your name or initials, kept with each decision", name)?.trim();
      if (!given) return;
      localStorage.setItem(CODER, given);
      setName(given);
    };
    return h("button", { type: "button", style: plainButton, onClick: change, title: "Change the name" }, `as ${name}`);
  }

  function Hint({ setHelp }) {
    const toggle = () => setHelp((shown) => !shown);
    return h("button", { type: "button", style: plainButton, onClick: toggle, title: "Keys (?)" }, "? keys");
  }

  const plainButton = {
    font: "inherit", color: "inherit", background: "none", border: 0, marginLeft: 12, padding: 0, cursor: "pointer",
    textDecoration: "underline dotted",
  };

  function Keys() {
    const rows = KEYS.map(([key, what]) =>
      h("span", { key, style: { marginRight: 16, whiteSpace: "nowrap" } }, h("b", null, key), ` ${what}`),
    );
    return h("div", { "data-cy": "expressiveness-keys", style: { clear: "both", opacity: 0.9 } }, rows);
  }

  /** Handle keys before the player does, except while the user is typing. */
  function useKeys(act, active) {
    const latest = useRef(act);
    latest.current = act;
    useEffect(() => {
      if (!active) return undefined;
      const onKey = (event) => {
        const writes = event.target.closest?.("input, textarea, select, [contenteditable=true], [role=listbox]");
        if (writes || event.ctrlKey || event.metaKey || event.altKey) return;
        if (latest.current(event) === false) return;
        event.preventDefault();
        event.stopImmediatePropagation();
      };
      window.addEventListener("keydown", onKey, true);
      return () => window.removeEventListener("keydown", onKey, true);
    }, [active]);
  }

  const largest = (values) => values.indexOf(Math.max(...values));

  return Review;
})();

/**
 * The plot of the panel "Expressiveness timeline": probabilities over the video with a moving playhead; a click seeks.
 * For the format of `data`, see `video_series.py`.
 */
(() => {
  const { createElement: h, memo, useEffect, useMemo, useState } = window.React;
  const { useRecoilValue } = window.recoil;
  const { getNodes, Layout, useSpaces } = window.__fosp__;

  const PANEL = "timeline_panel";
  const VIDEO = "fo-sample-modal-plugin";
  const WIDTH = 1000; // of the drawing, in SVG units; scaled by the page
  const PLOT = 100;
  const HEIGHT = PLOT + 36;
  const WRONG = "#ff5252";

  function ExpressivenessTimeline({ data: given }) {
    const data = useMemo(() => (given?.json ? JSON.parse(given.json) : null), [given?.json]);
    const looker = useRecoilValue(window.__fos__.modalLooker);
    const frame = useCurrentFrame(looker);
    const dataset = useRecoilValue(window.__fos__.datasetName);
    const [marks, setMarks] = useState({});
    const [decided, setDecided] = useState({});
    const seen = useMemo(() => (data ? asDecided(data, decided) : null), [data, decided]);
    usePlaceUnderVideo();
    if (!seen) return null;
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
      h(Reading, { data: seen, frame }),
      h(ExpressivenessReview, { data, dataset, frame, looker, goTo, onMarks: setMarks, onDecided: setDecided }),
      h(
        "svg",
        {
          viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
          preserveAspectRatio: "none",
          onPointerDown: seek,
          onPointerMove: seek,
          style: { width: "100%", height: 190, cursor: "pointer", display: "block", background: "#1b1f24" },
        },
        h(Stretch, { data, marks }),
        h(Lines, { data }),
        h(Scores, { data }),
        h(Bars, { data: seen, decided }),
        frame && h("line", { ...playhead, x1: at(data, frame), x2: at(data, frame) }),
      ),
      h(Key, { data }),
    );
  }

  /** The true category of each judged frame, with decisions applied. */
  const asDecided = (data, decided) => ({
    ...data,
    truth: data.frames.map((number, index) => {
      const category = data.categories.indexOf(decided[number]?.category);
      return category < 0 ? data.truth[index] : category;
    }),
  });

  /** The marked range, drawn behind the lines. */
  function Stretch({ data, marks: { start, end } }) {
    if (!start) return null;
    const [left, right] = [at(data, start), at(data, end ?? start)];
    return h("rect", { x: left, width: Math.max(right - left, 3), y: 0, height: PLOT, fill: "#ffffff", opacity: 0.15 });
  }

  /** The current frame number, from 1; undefined in the Annotate tab, whose player does not expose it. */
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

  /** If the panel opened as a tab covering the video, move it below, so that both are visible. */
  function usePlaceUnderVideo() {
    const { spaces } = useSpaces(window.__fos__.constants.FIFTYONE_MODAL_SPACES_ID);
    useEffect(() => {
      const [panel, video] = [PANEL, VIDEO].map((wanted) => getNodes(spaces.root).find(({ type }) => type === wanted));
      if (!panel || !spaces.canSplitLayout(panel.parent)) return;
      spaces.splitLayout(panel.parent, Layout.Vertical, panel);
      if (video) spaces.setNodeActive(video); // otherwise the last of the other tabs is in front
    }, []);
  }

  /** Pause at a frame, once the video is loaded. */
  function goTo(looker, frame) {
    const seek = (tries) => {
      const { destroyed, loaded, duration } = looker.state;
      if (loaded && duration) looker.seekToFrame(frame);
      else if (tries && !destroyed) setTimeout(seek, 50, tries - 1);
    };
    if (looker.state.playing) looker.pause();
    setTimeout(seek, 0, 200); // once the player has registered the pause
  }

  /** The values at the playhead, in words. */
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

  /** One line per category, broken where no face was detected; 50 % is marked. */
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

  /** The score of each frame, scaled to its range in the video, if the model gives it. */
  const Scores = memo(({ data }) => {
    if (!data.scores) return null;
    const [lowest, highest] = [Math.min(...data.scores), Math.max(...data.scores)];
    const y = (score) => PLOT - 8 - ((score - lowest) / Math.max(highest - lowest, 0.01)) * (PLOT - 16);
    const points = data.frames.map((number, index) => `${at(data, number)},${y(data.scores[index])}`).join(" ");
    const line = { fill: "none", stroke: "white", strokeWidth: 1.5, strokeDasharray: "2 3" };
    return h("polyline", { ...line, points, vectorEffect: "non-scaling-stroke", "data-cy": "expressiveness-scores" });
  });

  /** Below the lines, for each judged frame: predicted and true category, and where they differ. */
  const Bars = memo(({ data, decided }) =>
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
      if (decided[number]) bars.push(bar("decided", PLOT + 25, 3, decided[number].excluded ? "#888" : "white"));
      return predicted === data.truth[index] ? bars : [...bars, bar("wrong", PLOT + 29, 5, WRONG)];
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
      swatch("white", "decided by a person"),
    );
  }

  /** The horizontal position of a frame. */
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

/**
 * Coding by one person: frames, stretches, levels and the whole video. A code is shown at once and kept in the browser
 * until the server has confirmed it. Nothing of anybody else's is asked for.
 */
(() => {
  const { createElement: h, useEffect, useMemo, useReducer, useRef, useState } = window.React;
  const { useRecoilValue } = window.recoil;
  const { getNodes, Layout, useSpaces } = window.__fosp__;

  const SAVE = "@expressiveness/interviews/save_codes";
  const RETRY = 3000; // milliseconds
  const MOST_AT_ONCE = 100;
  const CODER = "expressiveness-coder";

  /** The codes of one coder for one dataset that the server has not confirmed. */
  const unsent = (dataset, coder) => {
    const name = `expressiveness-codes-${dataset}-${coder}`;
    const read = () => JSON.parse(localStorage.getItem(name) ?? "[]");
    const write = (codes) => localStorage.setItem(name, JSON.stringify(codes));
    return {
      read,
      add: (code) => write([...read(), code]),
      remove: (keys) => write(read().filter(({ key }) => !keys.includes(key))),
    };
  };

  /** What is said about the video, by what it is said of: the server's codes, then those on their way. */
  const about = (code) => `${code.unit} ${code.frame_number ?? ""} ${code.unit === "stretch" ? `${code.start} ${code.end}` : ""}`;

  function useCodes(data, dataset, coder) {
    const box = useMemo(() => unsent(dataset, coder), [dataset, coder]);
    const saver = window.__foo__.useOperatorExecutor(SAVE);
    const notify = window.__fos__.useNotification();
    const [trouble, setTrouble] = useState(null);
    const [, redraw] = useReducer((count) => count + 1, 0);
    const state = useRef({ busy: false, made: [] }).current; // `made`: the codes of this page, in order
    state.save = saver.execute;

    const flush = () => {
      const codes = box.read().slice(0, MOST_AT_ONCE);
      if (state.busy || !codes.length || !coder) return;
      state.busy = true;
      const callback = (answer) => {
        state.busy = false;
        const { saved, refused } = answer?.result ?? {};
        if (!saved) {
          setTrouble(answer?.errorMessage || answer?.error?.message || "the server does not answer");
          setTimeout(flush, RETRY);
          return;
        }
        setTrouble(null);
        Object.values(refused).forEach((msg) => notify({ msg, variant: "error" }));
        box.remove([...saved, ...Object.keys(refused)]);
        state.made = state.made.filter(({ key }) => !(key in refused));
        redraw();
        flush();
      };
      state.save({ coder, codes }, { callback, skipOutput: true, skipErrorNotification: true });
    };

    useEffect(flush, [box]); // left unsaved by an earlier page

    const add = (code) => {
      const one = { key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, sample: data.sample, ...code };
      box.add(one);
      state.made.push(one);
      redraw();
      flush();
    };

    const waiting = box.read();
    const fresh = [...waiting.filter((one) => !state.made.some(({ key }) => key === one.key)), ...state.made];
    const said = new Map();
    for (const code of [...data.codes, ...fresh.filter(({ sample }) => sample === data.sample)]) {
      // A level and a category of the same frame are one code for the server, and so here.
      said.set(about(code), code);
    }
    return {
      said: [...said.values()].filter(({ category, level, excluded }) => category || excluded || level != null),
      of: (code) => said.get(about(code)),
      saving: waiting.length,
      trouble,
      add,
      takeBack: () => {
        const last = state.made.findLast(({ sample }) => sample === data.sample);
        if (last) add({ unit: last.unit, frame_number: last.frame_number, start: last.start, end: last.end });
      },
    };
  }

  /** The player's current frame, from 1. */
  function usePlayedFrame(looker) {
    const [frame, setFrame] = useState();
    useEffect(() => {
      if (!looker?.subscribeToState) return undefined;
      const follow = () => setFrame(looker.state.destroyed ? undefined : looker.frameNumber);
      follow();
      const subscriptions = ["frameNumber", "destroyed"].map((name) => looker.subscribeToState(name, follow));
      return () => subscriptions.forEach((unsubscribe) => unsubscribe());
    }, [looker]);
    return frame;
  }

  function useKeys(act) {
    const latest = useRef(act);
    latest.current = act;
    useEffect(() => {
      const listen = (event) => {
        if (/^(input|textarea|select)$/i.test(event.target.tagName) && event.target.type !== "range") return;
        if (!event.ctrlKey && !event.metaKey && !event.altKey && latest.current(event)) {
          event.preventDefault();
          event.stopPropagation();
        }
      };
      window.addEventListener("keydown", listen, true);
      return () => window.removeEventListener("keydown", listen, true);
    }, []);
  }

  const seconds = (data, frame) => Number(((frame - 1) / (data.frame_rate || 25)).toFixed(4));

  const BUTTON = { font: "inherit", color: "inherit", background: "none", border: "1px solid #888", borderRadius: 4 };
  const ROW = { display: "flex", gap: 8, alignItems: "center", flexWrap: "wrap", marginBottom: 8 };

  function Buttons({ data, label, keys, chosen, onChoose }) {
    return h(
      "div",
      { style: ROW },
      h("span", { style: { width: 90 } }, label),
      data.categories.map((category, index) =>
        h(
          "button",
          {
            key: category,
            type: "button",
            "data-cy": `expressiveness-code-${label.toLowerCase().replace(" ", "-")}-${index}`,
            "aria-pressed": chosen === category,
            onClick: () => onChoose(category),
            style: {
              ...BUTTON,
              padding: "4px 12px",
              cursor: "pointer",
              background: chosen === category ? data.colors[index] : "none",
              borderColor: data.colors[index],
            },
          },
          `${category} (${keys}${index + 1})`,
        ),
      ),
    );
  }

  function Named({ onName }) {
    const [name, setName] = useState("");
    return h(
      "form",
      { onSubmit: (event) => { event.preventDefault(); if (name.trim()) onName(name.trim()); }, style: ROW },
      h("label", null, "Your name or initials, kept with each code: "),
      h("input", { value: name, maxLength: 100, onChange: ({ target }) => setName(target.value), "data-cy": "expressiveness-coder-name" }),
      h("button", { type: "submit", style: { ...BUTTON, padding: "4px 12px" } }, "Code"),
    );
  }

  function ExpressivenessCoding({ data }) {
    const content = useMemo(() => (data?.json ? JSON.parse(data.json) : null), [data?.json]);
    const [name, setName] = useState(localStorage.getItem(CODER) ?? "");
    if (!content) return null;
    const coder = content.coder ?? name;
    const remember = (given) => { localStorage.setItem(CODER, given); setName(given); };
    return coder ? h(Coding, { key: content.sample, data: content, coder }) : h(Named, { onName: remember });
  }

  function Coding({ data, coder }) {
    const looker = useRecoilValue(window.__fos__.modalLooker);
    const dataset = useRecoilValue(window.__fos__.dataset).name;
    const frame = usePlayedFrame(looker);
    const codes = useCodes(data, dataset, coder);
    const [start, setStart] = useState(null);
    const [level, setLevel] = useState(50);
    const [follows, setFollows] = useState(false);
    const { spaces } = useSpaces(window.__fos__.constants.FIFTYONE_MODAL_SPACES_ID);
    useEffect(() => {
      // As a tab it would cover the video.
      const find = (wanted) => getNodes(spaces.root).find(({ type }) => type === wanted);
      const [panel, video] = [find("coding_panel"), find("fo-sample-modal-plugin")];
      if (!panel || !spaces.canSplitLayout(panel.parent)) return;
      spaces.splitLayout(panel.parent, Layout.Vertical, panel);
      if (video) spaces.setNodeActive(video);
    }, []);

    const here = frame ? { unit: "frame", frame_number: frame, start: seconds(data, frame) } : null;
    const stretch = start && frame > start ? { unit: "stretch", start: seconds(data, start), end: seconds(data, frame) } : null;

    useEffect(() => {
      if (follows && here && looker?.state.playing) codes.add({ ...here, level });
    }, [frame]);

    const say = (category) => {
      if (stretch) { codes.add({ ...stretch, category }); setStart(null); }
      else if (here) codes.add({ ...here, category });
    };
    const sayVideo = (category) => codes.add({ unit: "video", category });
    const exclude = () => here && codes.add({ ...here, excluded: true });

    useKeys((event) => {
      const digit = /^Digit([123])$/.exec(event.code)?.[1];
      if (digit) { (event.shiftKey ? sayVideo : say)(data.categories[digit - 1]); return true; }
      const action = { x: exclude, u: codes.takeBack, "[": () => setStart(frame) }[event.key];
      action?.();
      return Boolean(action);
    });

    const saving = codes.saving ? `${codes.saving} being saved` : "all saved";
    return h(
      "div",
      { "data-cy": "expressiveness-coding", "data-frame": frame, style: { fontSize: 14, padding: 4 } },
      h(
        "div",
        { "data-cy": "expressiveness-coding-status", style: { marginBottom: 10 } },
        h("b", null, `Coding as ${coder}`),
        ` · ${data.blind ? "blind" : "predictions can be seen"} · ${codes.said.length} codes here · `,
        codes.trouble ? h("span", { style: { color: "#ff6d04" } }, `not saved: ${codes.trouble}`) : saving,
      ),
      h(Buttons, { data, label: stretch ? "Stretch" : "Frame", keys: "", chosen: !stretch && here && codes.of(here)?.category, onChoose: say }),
      h(Buttons, { data, label: "Video", keys: "⇧", chosen: codes.of({ unit: "video" })?.category, onChoose: sayVideo }),
      h(
        "div",
        { style: ROW },
        h("span", { style: { width: 90 } }, `Level ${level}`),
        h("input", {
          type: "range", min: 0, max: 100, value: level, "data-cy": "expressiveness-level",
          onChange: ({ target }) => {
            setLevel(Number(target.value));
            if (here && !looker.state.playing) codes.add({ ...here, level: Number(target.value) });
          },
        }),
        h("label", null, h("input", { type: "checkbox", checked: follows, onChange: () => setFollows(!follows) }), " follow while it plays"),
      ),
      h(
        "div",
        { style: { opacity: 0.8, lineHeight: 1.6 } },
        start ? `Stretch from frame ${start}: go to its end and choose. ` : "[ begins a stretch · ",
        "x cannot be judged · u takes the last code back",
      ),
    );
  }

  window.__fop__.registerComponent({
    name: "ExpressivenessCoding",
    label: "Expressiveness coding",
    component: ExpressivenessCoding,
    type: window.__fop__.PluginComponentType.Component,
    activator: () => true,
  });
})();
