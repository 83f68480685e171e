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
 * Work in the App's server on this dataset: how far it is, a button that stops it, and how it ended. It goes on without
 * the page; `ExpressivenessWork` asks how far it is when it is first shown, when work begins, and every second meanwhile.
 */
(() => {
  const { createElement: h, useEffect, useRef, useState } = window.React;
  const PLUGIN = "@expressiveness/interviews";
  const BEGAN = "expressiveness-work-began";
  const [EVERY, SERVER_GONE] = [1000, 5000]; // milliseconds
  const COLORS = { success: "#2e9e5b", warning: "#d98c00", failed: "#d9534f", stopped: "#8a8f98" };

  /** Called by the server when long work has begun. */
  class WorkBegan extends window.__foo__.Operator {
    get config() {
      return new window.__foo__.OperatorConfig({ name: "work_began", label: "Work began", unlisted: true });
    }
    async execute() {
      window.dispatchEvent(new Event(BEGAN));
    }
  }

  /** The work, and a function that looks after it: "look", "stop" or "forget". */
  function useWork() {
    const [work, setWork] = useState(null);
    const asks = useRef({}).current;
    const dataset = window.recoil.useRecoilValue(window.__fos__.datasetName);
    asks.execute = window.__foo__.useOperatorExecutor(`${PLUGIN}/follow_work`).execute;
    const ask = (order) => {
      clearTimeout(asks.timer);
      const callback = ({ result }) => {
        if (asks.gone) return;
        if (result) setWork(result.work);
        const { state, tab, noticed } = result?.work ?? {};
        if (state === "done" && tab && !noticed) window.dispatchEvent(new CustomEvent("expressiveness-tab", { detail: tab }));
        const goesOn = ["running", "stopping"].includes(state);
        if (!result || goesOn) asks.timer = setTimeout(ask, goesOn ? EVERY : SERVER_GONE, "look");
      };
      asks.execute({ order }, { callback, skipOutput: true, skipErrorNotification: true });
    };
    useEffect(() => {
      const look = () => ask("look");
      asks.gone = false;
      setWork(null);
      look();
      window.addEventListener(BEGAN, look);
      return () => {
        asks.gone = true;
        clearTimeout(asks.timer);
        window.removeEventListener(BEGAN, look);
      };
    }, [dataset]);
    const order = (what) => {
      if (what === "forget") setWork(null);
      if (what === "stop") setWork({ ...work, state: "stopping" });
      ask(what);
    };
    return [work, order];
  }

  function ExpressivenessWork() {
    const [work, order] = useWork();
    const prompt = window.__foo__.usePromptOperatorInput();
    if (!work) return null;
    const goesOn = ["running", "stopping"].includes(work.state);
    const color = COLORS[work.state === "done" ? work.variant : work.state];
    const border = `3px solid ${color ?? "var(--fo-palette-primary-main)"}`;
    const style = { padding: "8px 12px", borderLeft: border, background: "var(--fo-palette-background-level2)", lineHeight: 1.5 };
    return h(
      "section",
      { "data-cy": "expressiveness-work", "data-state": work.state, "aria-label": "Work on this dataset", style },
      goesOn ? h(GoingOn, { work, order }) : h(Ended, { work, order, prompt }),
    );
  }

  function GoingOn({ work, order }) {
    const percent = work.share === null ? "" : `${Math.floor(100 * work.share)} %`;
    return [
      h("b", { key: "label" }, work.label),
      h("span", { key: "far", role: "status" }, ` ${percent} · ${clock(work.seconds)}`),
      h("progress", { key: "bar", max: 1, value: work.share ?? undefined, style: { display: "block", width: "100%" } }),
      h("div", { key: "note" }, work.state === "stopping" ? "Stopping ..." : work.note || "Starting ..."),
      button("Stop", () => order("stop"), work.state === "stopping"),
      h("span", { key: "free", style: { opacity: 0.8 } }, "It goes on if you close this page."),
    ];
  }

  function Ended({ work, order, prompt }) {
    const again = () => prompt(work.operator, work.params);
    const goOn = () => window.__foo__.executeOperator(work.next.operator, work.next.params);
    const failures = work.failures.map(({ id, reason }) => h("li", { key: id }, `${id}: ${reason}`));
    return [
      h("b", { key: "label" }, `${work.label}: ${{ done: "done", stopped: "stopped", failed: "not done" }[work.state]}`),
      h("div", { key: "message", role: "status" }, work.message),
      failures.length > 0 &&
        h("details", { key: "failures" }, h("summary", null, `${failures.length} passed over`), h("ul", null, failures)),
      work.next && button(work.next.label, goOn),
      work.state !== "done" && button(work.state === "failed" ? "Back to the form" : "Start again", again),
      button("Close", () => order("forget")),
    ];
  }

  const button = (label, onClick, disabled = false) => {
    const style = { font: "inherit", color: "inherit", background: "none", border: "1px solid", borderRadius: 4 };
    const more = { padding: "3px 12px", margin: "6px 10px 2px 0", cursor: "pointer", opacity: disabled ? 0.5 : 1 };
    return h("button", { key: label, type: "button", onClick, disabled, style: { ...style, ...more } }, label);
  };

  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

  window.__foo__.registerOperator(WorkBegan, PLUGIN);
  window.__fop__.registerComponent({
    name: "ExpressivenessWork",
    label: "Expressiveness work",
    component: ExpressivenessWork,
    type: window.__fop__.PluginComponentType.Component,
    activator: () => true,
  });
})();

/**
 * The content of the panel "Expressiveness review". For the format of `data.json`, see `review_content.py`; `data.shown`
 * says what the grid shows. Tabs, the unit of the matrix and how mistakes are looked at are chosen here; other choices and
 * what is to be shown are sent to the panel's `on_choice` and `on_show`.
 */
(() => {
  const { createElement: h, Fragment, useEffect, useMemo, useState } = window.React;
  const PLUGIN = "@expressiveness/interviews";
  const WRONG = "184, 80, 31"; // of the matrix's cells
  const RIGHT = "47, 127, 191";
  const LINES = { training: "#56B4E9", validation: "#E69F00" };
  const LOOKS = { videos: "Videos, with boxes", clips: "Clips, one a stretch", faces: "Faces, one by one" };
  const SHOW_TAB = "expressiveness-tab";
  const MANY = 50000; // frames, which take longer to compare than a person waits for a tab

  const STYLE = `
    .expressiveness-review { font-size: 14px; line-height: 1.45; color: var(--fo-palette-text-primary); }
    .expressiveness-review :is(button, select, summary, tr[tabindex]):focus-visible {
      outline: 2px solid var(--fo-palette-primary-main); outline-offset: 1px;
    }
    .expressiveness-review :is(button, select) {
      font: inherit; color: inherit; background: var(--fo-palette-background-level2); padding: 4px 10px;
      border: 1px solid var(--fo-palette-text-tertiary); border-radius: 4px; cursor: pointer;
    }
    .expressiveness-review option { color: black; background: white; }
    .expressiveness-review button:disabled { opacity: 0.45; cursor: default; }
    .expressiveness-review button.main { background: var(--fo-palette-primary-main); color: white; border: 0; }
    .expressiveness-review label { display: inline-block; margin: 0 14px 6px 0; }
    .expressiveness-review label span { display: block; font-size: 12px; color: var(--fo-palette-text-secondary); }
    .expressiveness-review .buttons { margin: 8px 0; display: flex; flex-wrap: wrap; gap: 8px; }
    .expressiveness-review [role=tablist] { display: flex; flex-wrap: wrap; margin: 4px 0 10px; }
    .expressiveness-review [role=tab] { background: none; border: 0; border-bottom: 2px solid transparent; border-radius: 0; }
    .expressiveness-review [role=tab][aria-selected=true] { border-color: var(--fo-palette-primary-main); font-weight: bold; }
    .expressiveness-review table { border-collapse: collapse; width: 100%; margin: 8px 0; }
    .expressiveness-review .rows :is(td, th) {
      text-align: left; padding: 3px 8px 3px 0; border-bottom: 1px solid var(--fo-palette-background-level2);
    }
    .expressiveness-review tr[tabindex] { cursor: pointer; }
    .expressiveness-review tr:is([tabindex]:hover, [aria-selected=true]) { background: var(--fo-palette-background-level2); }
    .expressiveness-review .matrix { table-layout: fixed; max-width: 560px; }
    .expressiveness-review .matrix th { font-weight: normal; padding: 4px; }
    .expressiveness-review .matrix td { padding: 2px; }
    .expressiveness-review .matrix button { width: 100%; height: 62px; border: 0; font-size: 15px; }
    .expressiveness-review .matrix button[aria-pressed=true] { box-shadow: 0 0 0 3px var(--fo-palette-text-primary); }
    .expressiveness-review .quiet { color: var(--fo-palette-text-secondary); }
  `;

  const TABS = {
    mistakes: ["Mistakes", Mistakes],
    figures: ["How good it is", Figures],
    training: ["Training", Training],
    compare: ["Compare", Compare],
    labels: ["Labels to check", Labels],
  };

  /** What was chosen here; the panel is made anew when the dataset is read again. */
  const chosen = { tab: "mistakes", unit: "frames", look: "videos", marked: null };

  function ExpressivenessReviewPanel({ data: given, schema }) {
    const data = useMemo(() => (given?.json ? JSON.parse(given.json) : null), [given?.json]);
    const panel = window.__fosp__.usePanelId();
    const tell = window.__foo__.usePanelEvent();
    const prompt = window.__foo__.usePromptOperatorInput();
    const [here, setHere] = useState(chosen);
    const [busy, setBusy] = useState(null);
    usePlaceBesideGrid();
    const set = (values) => setHere(Object.assign(chosen, values) && { ...chosen });
    useEffect(() => setBusy(null), [given?.json, given?.shown]);
    const change = useChange(data, given?.change, here.tab, () => tell(panel, { operator: schema.view.on_compare, params: {} }));
    useEffect(() => {
      const show = ({ detail }) => set({ tab: detail });
      window.addEventListener(SHOW_TAB, show);
      return () => window.removeEventListener(SHOW_TAB, show);
    }, []);
    const ask = (operator, params, words) => {
      setBusy(words);
      tell(panel, { operator, params, callback: () => setBusy(null) });
    };
    const acts = {
      set,
      choose: (choices) => ask(schema.view.on_choice, { choices }, "Reading ..."),
      again: () => ask(schema.view.on_choice, {}, "Reading ..."),
      show: (what, params, marked = null) => {
        set({ marked });
        ask(schema.view.on_show, { what, unit: here.unit, look: here.look, ...params }, "Opening ...");
      },
      prompt: (operator, params) => prompt(operator, params),
    };
    if (!data) return h("div", { className: "expressiveness-review", role: "status" }, "Reading ...");
    return h(
      "div",
      { className: "expressiveness-review", "data-cy": "expressiveness-review-panel", onKeyDownCapture: press },
      h("style", null, STYLE),
      data.first
        ? h(First, { first: data.first, acts })
        : h(Fragment, null, h(Top, { data, here, acts }), h(Shown, { busy, shown: given.shown, acts }), h(Open, { data: { ...data, change }, here, acts })),
    );
  }

  /** What the two chosen runs differ in, once it is there: asked for in advance, or with its tab where there are many frames. */
  function useChange(data, json, tab, ask) {
    const { run, other } = data?.choices ?? {};
    const change = useMemo(() => (json ? JSON.parse(json) : null), [json]);
    const wanted = other && (tab === "compare" || data.confusion.frames.total < MANY);
    useEffect(() => {
      if (wanted) ask();
    }, [data, Boolean(wanted)]);
    return change && String(change.of) === String([run, other, data?.wanted]) ? change : null;
  }

  /** Enter presses a button here whatever else the App does with that key. */
  function press(event) {
    if (event.key !== "Enter" || event.target.tagName !== "BUTTON") return;
    event.preventDefault();
    event.stopPropagation();
    event.target.click();
  }

  /** If the panel opened as a tab that covers the grid, move it beside it. */
  function usePlaceBesideGrid() {
    const { spaces } = window.__fosp__.useSpaces(window.__fos__.constants.FIFTYONE_GRID_SPACES_ID);
    useEffect(() => {
      const nodes = window.__fosp__.getNodes(spaces.root);
      const panel = nodes.find(({ type }) => type === "review_panel");
      const covers = panel?.parent?.children.some(({ type }) => type === "Samples");
      if (covers && spaces.canSplitLayout(panel.parent)) {
        spaces.splitLayout(panel.parent, window.__fosp__.Layout.Horizontal, panel);
      }
    }, []);
  }

  function First({ first, acts }) {
    const open = () => acts.prompt(first.operator, {});
    return [
      h("p", { key: "sentence" }, h("b", null, first.sentence)),
      h("button", { key: "open", type: "button", className: "main", onClick: open }, first.label),
    ];
  }

  function Top({ data, here, acts }) {
    const { run, people } = data.choices;
    const runs = data.runs.map(({ name, about }) => [name, `${name}: ${about}`]);
    const heldOut = data.held_out ? [["held_out", `Held-out people (${data.held_out} videos)`]] : [];
    const another = () => acts.prompt(`${PLUGIN}/train_model`, {});
    return h(
      Fragment,
      null,
      h(Choice, { label: "Run", value: run, options: runs, onChange: (value) => acts.choose({ run: value }) }),
      h(Choice, {
        label: "People",
        value: people,
        options: [...heldOut, ["everyone", "Everyone"]],
        onChange: (value) => acts.choose({ people: value }),
      }),
      h("button", { type: "button", onClick: another }, "Train another model"),
      h(TabList, { here, acts }),
    );
  }

  function TabList({ here, acts }) {
    const names = Object.keys(TABS);
    const move = (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = names[(names.indexOf(here.tab) + step + names.length) % names.length];
      acts.set({ tab: next });
      event.currentTarget.querySelector(`[data-tab=${next}]`).focus();
    };
    const tabs = names.map((name) => {
      const on = here.tab === name;
      const about = { role: "tab", type: "button", "data-tab": name, "aria-selected": on, tabIndex: on ? 0 : -1 };
      return h("button", { key: name, ...about, onClick: () => acts.set({ tab: name }) }, TABS[name][0]);
    });
    return h("div", { role: "tablist", "aria-label": "What to see of the run", onKeyDown: move }, tabs);
  }

  /** What the grid shows, and the way back to everything. */
  function Shown({ busy, shown, acts }) {
    const back = () => acts.show("everything", {});
    return h(
      "div",
      { "data-cy": "expressiveness-shown", style: { minHeight: 30 } },
      h("span", { role: "status" }, busy ?? (shown ? `In the grid: ${shown} ` : "In the grid: as you left it. ")),
      !busy && shown && h("button", { type: "button", onClick: back }, "Show everything again"),
      h("div", { className: "quiet" }, "On a tile, R → B means truly Reserved, predicted Balanced (E: Expressive). Blue is right, orange wrong."),
    );
  }

  const Open = ({ data, here, acts }) => h("div", { role: "tabpanel" }, h(TABS[here.tab][1], { data, here, acts }));

  function Mistakes({ data, here, acts }) {
    const confusion = data.confusion[here.unit];
    const units = [["frames", "Frames"], ["videos", "Videos"]];
    return h(
      Fragment,
      null,
      h("p", null, h("b", null, confusion.wrong.toLocaleString("en")), ` of ${confusion.total.toLocaleString("en")} `, `${here.unit} are predicted wrong. Click a cell or a row to see what it counts.`),
      h(Choice, { label: "Count", value: here.unit, options: units, onChange: (unit) => acts.set({ unit, marked: null }) }),
      h(Choice, { label: "Look at them as", value: here.look, options: Object.entries(LOOKS), onChange: (look) => acts.set({ look }) }),
      h(Matrix, { data, confusion, here, acts }),
      h(Rows, {
        rows: data.listed,
        columns: { name: "Show", count: "How many" },
        marked: here.marked,
        onRow: (row) => acts.show("listed", { name: row.name }, row.name),
      }),
      h(
        "div",
        { className: "buttons" },
        h("button", { type: "button", onClick: acts.again }, "Read again"),
        h("button", { type: "button", onClick: () => acts.show("save", {}, here.marked) }, "Save these views"),
      ),
      data.worst.length
        ? h(Rows, {
            rows: data.worst,
            columns: {
              interview: "Worst videos", participant: "Person", truth: "Truly", predicted: "Predicted", accuracy: "Frames right", stretches: "Mistakes",
            },
            marked: here.marked,
            onRow: (row) => acts.show("video", { id: row.id, interview: row.interview }, row.id),
          })
        : h("p", null, "No video has a wrong frame."),
    );
  }

  /** The truth in rows, predictions in columns; a cell's intensity is its share of the row, mistakes have their own color. */
  function Matrix({ data, confusion, here, acts }) {
    const names = data.categories.map((name) => name.replace(" Expression", ""));
    const cell = (row, column) => {
      const count = confusion.counts[row][column];
      const total = confusion.counts[row].reduce((sum, one) => sum + one, 0);
      const share = total ? count / total : 0;
      const place = `cell ${row} ${column}`;
      const background = `rgba(${row === column ? RIGHT : WRONG}, ${0.12 + 0.88 * share})`;
      const percent = `${Math.round(100 * share)} %`;
      const what = `truly ${names[row]}, predicted ${names[column]}: ${count} ${here.unit}, ${percent} of the row`;
      const about = { type: "button", title: what, "aria-label": what, "aria-pressed": here.marked === place };
      const onClick = () => acts.show("cell", { row, column }, place);
      const style = { background, color: share > 0.4 ? "white" : undefined };
      return h("td", { key: column }, h("button", { ...about, onClick, style }, h("b", null, count.toLocaleString("en")), h("br"), percent));
    };
    return h(
      "table",
      { className: "matrix", "data-cy": "expressiveness-matrix" },
      h("caption", { className: "quiet", style: { textAlign: "left" } }, "Rows: truly. Columns: predicted. Orange: mistakes."),
      h("thead", null, h("tr", null, h("td", { style: { width: 90 } }), names.map((name) => h("th", { key: name, scope: "col" }, name)))),
      h("tbody", null, names.map((name, row) => h("tr", { key: name }, h("th", { scope: "row", style: { textAlign: "left" } }, name), names.map((_, column) => cell(row, column))))),
    );
  }

  function Figures({ data }) {
    const { verdict, of_whom, measures, about_frames, corrected, by_category } = data.figures;
    const whom = data.choices.people === "held_out" ? "held-out people" : "everyone";
    const both = (side) => `accuracy ${side.accuracy}, macro-F1 ${side.macro_f1}`;
    return h(
      Fragment,
      null,
      verdict && h("p", null, h("b", null, verdict)),
      h("p", null, of_whom),
      measures.length > 0 && h(Rows, { rows: measures, columns: { measure: "Measure", value: "Value", interval: "Interval (95 %)" } }),
      about_frames && h("p", null, about_frames),
      corrected && h("p", { "data-cy": "expressiveness-corrected" }, `On ${corrected.n} held-out videos, as trained: ${both(corrected.trained)}; with your corrections: ${both(corrected.now)}. `, corrected.moved ? "Corrections change what counts as true here, not the model." : "No correction moves them so far."),
      h("p", null, h("b", null, "Each category"), `, over the videos of ${whom}, with your corrections:`),
      h(Rows, { rows: by_category, columns: { category: "Category", precision: "Precision", recall: "Recall", f1: "F1", count: "How many" } }),
      h("p", { className: "quiet" }, "Precision: the share of its predictions that are right. Recall: the share of its cases that were found."),
    );
  }

  function Training({ data }) {
    const curves = Object.entries(data.curves);
    if (!curves.length) return h("p", null, "This run keeps no training curves: it does not learn in epochs.");
    return curves.map(([metric, series]) => h(Curve, { key: metric, metric, series }));
  }

  function Curve({ metric, series }) {
    const shown = Object.entries(series).filter(([, values]) => values?.length);
    const all = shown.flatMap(([, values]) => values);
    const [low, high, epochs] = [Math.min(...all), Math.max(...all), Math.max(...shown.map(([, values]) => values.length))];
    const x = (index) => 40 + (index * 540) / Math.max(epochs - 1, 1);
    const y = (value) => 130 - ((value - low) / Math.max(high - low, 1e-9)) * 115;
    const text = (props, words) => h("text", { fontSize: 12, fill: "currentColor", key: words, ...props }, words);
    const lines = shown.map(([name, values]) => {
      const points = values.map((value, index) => `${x(index)},${y(value)}`).join(" ");
      return h("polyline", { key: name, points, fill: "none", stroke: LINES[name], strokeWidth: 2 });
    });
    const last = shown.map(([name, values]) => `${name} ${values.at(-1).toFixed(2)}`).join(", ");
    return h(
      "figure",
      { style: { margin: "12px 0" } },
      h("figcaption", null, h("b", null, metric === "accuracy" ? "Accuracy" : "Loss"), ` over ${epochs} epochs; at the end: `, shown.map(([name, values]) => h("span", { key: name, style: { marginRight: 10 } }, h("b", { style: { color: LINES[name] } }, "▬ "), `${name} ${values.at(-1).toFixed(2)}`))),
      h("svg", { viewBox: "0 0 600 150", role: "img", "aria-label": `${metric} over ${epochs} epochs: ${last}`, style: { width: "100%" } }, lines, text({ x: 0, y: 134 }, low.toFixed(2)), text({ x: 0, y: 19 }, high.toFixed(2)), text({ x: 40, y: 148 }, "1"), text({ x: 580, y: 148, textAnchor: "end" }, `${epochs}`)),
    );
  }

  function Compare({ data, here, acts }) {
    const { run, other } = data.choices;
    const others = data.runs.filter(({ name }) => name !== run).map(({ name, about }) => [name, `${name}: ${about}`]);
    if (!others.length) return h("p", null, "There is only one run so far. Train another one to compare them.");
    const { change } = data;
    if (!change) return h("p", { role: "status" }, "Comparing ...");
    const show = (fixed) => acts.show("change", { fixed }, fixed ? "fixed" : "broken");
    const looks = ["videos", "faces"].map((look) => [look, LOOKS[look]]);
    return h(
      Fragment,
      null,
      h(Choice, { label: `What ${run} changed over`, value: other, options: others, onChange: (value) => acts.choose({ other: value }) }),
      h(Choice, { label: "Look at them as", value: here.look === "faces" ? "faces" : "videos", options: looks, onChange: (look) => acts.set({ look }) }),
      change.figures.length
        ? h(Rows, {
            rows: change.figures,
            columns: { measure: "Measure", before: other, after: run, difference: "Difference", interval: "95 % over people" },
          })
        : h("p", null, "These runs learned other scores or thresholds, or share no held-out videos: their figures cannot be compared."),
      h("p", { className: "quiet" }, `On ${change.videos} videos ${data.choices.people === "held_out" ? "of people held out from both" : "of everyone"}; figures by the scores alone, the counts below with your corrections.`),
      h(Rows, {
        rows: change.rows,
        columns: { unit: "", both_right: "Both right", fixed: `Fixed by ${run}`, broken: `Broken by ${run}`, both_wrong: "Both wrong" },
      }),
      h(
        "div",
        { className: "buttons" },
        [true, false].map((fixed) => {
          const count = fixed ? change.fixed : change.broken;
          const label = `Show the ${count.toLocaleString("en")} frames that ${run} ${fixed ? "fixed" : "broke"}`;
          const pressed = here.marked === (fixed ? "fixed" : "broken");
          return h("button", { key: label, type: "button", disabled: !count, "aria-pressed": pressed, onClick: () => show(fixed) }, label);
        }),
      ),
    );
  }

  function Labels({ data, here, acts }) {
    const { suspects } = data;
    const find = () => acts.prompt(`${PLUGIN}/find_suspicious_labels`, {});
    const doubted = suspects?.rows.length > 0;
    return h(
      Fragment,
      null,
      !suspects && h("p", null, "Nobody has looked yet for videos whose category is probably wrong."),
      suspects && !doubted && h("p", null, "No category is doubted that nobody has decided on yet."),
      doubted && h("p", null, "A model that has not seen the person finds another category more probable for ", h("b", null, suspects.count.toLocaleString("en")), " of the videos that nobody has decided on yet. Click one to see it."),
      doubted &&
        h(Rows, {
          rows: suspects.rows,
          columns: { interview: "Video", participant: "Person", category: "Category", suggested: "Rather", suspicion: "Suspicion" },
          marked: here.marked,
          onRow: (row) => acts.show("suspect", { id: row.id, interview: row.interview }, row.id),
        }),
      h(
        "div",
        { className: "buttons" },
        doubted && h("button", { type: "button", onClick: () => acts.show("suspects", {}) }, "Show them all"),
        h("button", { type: "button", onClick: find }, suspects ? "Look again" : "Find suspicious labels"),
      ),
    );
  }

  function Choice({ label, value, options, onChange }) {
    const shown = options.map(([name, text]) => h("option", { key: name, value: name }, text));
    const select = h("select", { value: value ?? "", onChange: (event) => onChange(event.target.value), "aria-label": label }, shown);
    return h("label", null, h("span", null, label), select);
  }

  /** A table; with `onRow`, each row can be clicked, or reached with Tab and opened with Enter. */
  function Rows({ rows, columns, marked, onRow }) {
    const names = Object.keys(columns);
    const opens = (row) => {
      if (!onRow) return {};
      const onKeyDown = ({ key }) => key === "Enter" && onRow(row);
      return { tabIndex: 0, onClick: () => onRow(row), onKeyDown, "aria-selected": marked !== null && marked === (row.id ?? row.name) };
    };
    return h(
      "table",
      { className: "rows" },
      h("thead", null, h("tr", null, names.map((name) => h("th", { key: name, scope: "col" }, columns[name])))),
      h("tbody", null, rows.map((row, index) => h("tr", { key: row.id ?? index, ...opens(row) }, names.map((name) => h("td", { key: name }, row[name]))))),
    );
  }

  window.__fop__.registerComponent({
    name: "ExpressivenessReviewPanel",
    label: "Expressiveness review panel",
    component: ExpressivenessReviewPanel,
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
      const panel = getNodes(spaces.root).find(({ type }) => type === PANEL);
      if (panel && spaces.canSplitLayout(panel.parent)) spaces.splitLayout(panel.parent, Layout.Vertical, panel);
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
