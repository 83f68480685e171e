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
  const { useRecoilValue } = window.recoil;

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

  const FACE_KEYS = [
    ["n / p", "next, previous face without a decision"],
    ["1 2 3", "set the category"],
    ["c", "confirm the true category"],
    ["x", "leave out of training"],
    ["u", "undo"],
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

    const nothing = { frames: {}, left_out: false, reviewed: null };
    const said = (sample) => answers[sample] ?? data.known?.[sample] ?? (sample === data.sample ? data.decided : nothing);

    const lastOnVideo = (sample) => waiting.findLast((one) => one.sample === sample && one.whole_video);

    const leftOut = (sample) => {
      const last = lastOnVideo(sample);
      return last ? last.decision === "exclude" : said(sample).left_out;
    };

    /** The category that a person gave the whole video; null if none did. */
    const reviewed = (sample) => {
      const last = lastOnVideo(sample);
      return last ? (last.shows ?? null) : (said(sample).reviewed ?? null);
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
      reviewed,
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
  const stillWaiting = ({ videos, whole_videos }, { decided, leftOut, reviewed }) =>
    videos
      .filter(({ id }) => !leftOut(id) && !(whole_videos && reviewed(id)))
      .map((video) => {
        if (whole_videos) return video;
        const settled = decided(video.id);
        return { ...video, frames: video.frames.filter((number) => !settled[number]) };
      })
      .filter(({ frames }) => frames.length);

  /** How many frames a queue has had on this page; when it is read anew, what was decided since is no longer in it. */
  const totals = new Map();
  const mostOf = (queue, now) => {
    totals.set(queue, Math.max(now, totals.get(queue) ?? 0));
    return totals.get(queue);
  };

  /** The video just opened to continue there; kept outside the component, which may be created anew. */
  const arriving = { current: null };

  /** The reviewer's name stored with decisions. */
  const coder = (data) => localStorage.getItem(CODER) || data.coder || "unknown";

  /** The queue, the decisions and the keyboard, shown between the current values and the plot. */
  function Review({ data, dataset, frame, looker, goTo, marks, setMarks, onDecided }) {
    const decisions = useDecisions(data, dataset);
    const [loops, setLoops] = useState(false);
    const [help, setHelp] = useState(false);
    const [, refresh] = useReducer((count) => count + 1, 0);
    const heading = useRef(null); // the frame the player is moving to; the next key may come first
    if (heading.current && Date.now() > heading.current.until) heading.current = null;
    const decided = useMemo(() => decisions.decided(data.sample), [data, ...decisions.known]);
    const here = data.frames.findLastIndex((number) => number <= (heading.current?.frame ?? frame));
    const queue = useMemo(() => stillWaiting(data.queue, decisions), [data, ...decisions.known]);
    const left = queue.reduce((sum, { frames }) => sum + frames.length, 0);
    const total = mostOf(`${dataset} ${data.queue.run} ${data.queue.name}`, data.queue.videos.flatMap(({ frames }) => frames).length);

    useEffect(() => onDecided(decided), [decided]);
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

    const place = queue.findIndex(({ id }) => id === data.sample);

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
      const onVideo = data.queue.whole_videos && place >= 0 && !marks.end;
      const frames = onVideo ? [] : chosen(wholeStretch);
      const shows = category ?? decided[data.frames[here]]?.category ?? data.categories[data.truth[here]];
      decisions.decide({ sample: data.sample, frames, decision, category, shows, ...(onVideo && { whole_video: true }) });
      setMarks({});
      setLoops(false);
      goOn(1, onVideo ? data.frames : frames);
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

    const now = here < 0 ? null : decided[data.frames[here]];
    return h(
      "div",
      { "data-cy": "expressiveness-review", style: { margin: "2px 0 6px", lineHeight: 1.6 } },
      h("b", { "data-cy": "expressiveness-left" }, left ? `${left} of ${total} left` : "nothing left"),
      left ? ` in ${queue.length} video${queue.length === 1 ? "" : "s"}` : " in this queue",
      place >= 0 && ` · ${queue[place].frames.length} here`,
      decisions.leftOut(data.sample) && " · this video is left out of training",
      data.queue.whole_videos && place >= 0 && ` · rather ${queue[place].suggested}`,
      decisions.reviewed(data.sample) && ` · the video is decided: ${decisions.reviewed(data.sample)}`,
      now && ` · decided: ${now.excluded ? "left out" : now.category} (${now.by})`,
      marks.start && ` · stretch from frame ${marks.start}${marks.end ? ` to ${marks.end}` : ""}`,
      h("span", { style: { float: "right", opacity: 0.9 } }, h(Saved, { decisions }), h(Coder, { data }), h(Hint, { setHelp })),
      data.queue.note && h("div", { "data-cy": "expressiveness-note", style: { opacity: 0.8 } }, data.queue.note),
      help && h(Keys, { keys: KEYS }),
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

  function Keys({ keys }) {
    const rows = keys.map(([key, what]) =>
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
        // Drawn at once, so that the next key, which may be waiting already, finds what this one has changed.
        if (window.ReactDOM.flushSync(() => latest.current(event)) === false) return;
        event.preventDefault();
        event.stopImmediatePropagation();
      };
      window.addEventListener("keydown", onKey, true);
      return () => window.removeEventListener("keydown", onKey, true);
    }, [active]);
  }

  const largest = (values) => values.indexOf(Math.max(...values));

  const TILE = "data-expressiveness-tile";

  /** Mark each tile of the grid with its sample's id, which the App does not. */
  const { attach } = window.__fol__.AbstractLooker.prototype;
  window.__fol__.AbstractLooker.prototype.attach = function marked(element, ...rest) {
    const tile = typeof element === "string" ? document.getElementById(element) : element;
    tile?.setAttribute(TILE, this.state.config.sampleId);
    return attach.call(this, element, ...rest);
  };

  const tileOf = (id) => document.querySelector(`[${TILE}="${id}"]`);

  /** The keys of the grid of single faces, in the review panel: a decision is about the face pointed at, or the next one. */
  function Faces({ data: given, schema }) {
    const data = useMemo(() => (given?.json ? JSON.parse(given.json) : null), [given?.json]);
    const panel = window.__fosp__.usePanelId();
    const tell = window.__foo__.usePanelEvent();
    const view = useRecoilValue(window.__fos__.view);
    const reading = useRecoilValue(window.__fos__.refresher);
    const ofFaces = view.some(({ _cls }) => _cls.endsWith(".ToPatches"));
    useEffect(() => {
      if (ofFaces) tell(panel, { operator: schema.view.on_faces });
    }, [JSON.stringify(view), reading]);
    const dataset = useRecoilValue(window.__fos__.datasetName);
    return ofFaces && data?.tiles.length ? h(DecideFaces, { key: data.tiles[0].id, data, dataset }) : null;
  }

  function DecideFaces({ data, dataset }) {
    const { tiles } = data;
    const decisions = useDecisions(data, dataset);
    const inModal = useRecoilValue(window.__fos__.isModalActive);
    const [help, setHelp] = useState(false);
    const settled = useMemo(
      () => {
        const of = Object.fromEntries(tiles.map(({ sample }) => [sample, null]));
        for (const sample of Object.keys(of)) of[sample] = decisions.decided(sample);
        return tiles.map(({ sample, frame }) => of[sample][frame]);
      },
      [data, ...decisions.known],
    );
    const [current, setCurrent] = useState(() => Math.max(settled.findIndex((one) => !one), 0));
    const left = settled.filter((one) => !one).length;

    useEffect(() => {
      tileOf(tiles[current].id)?.scrollIntoView({ block: "nearest" });
    }, [current]);
    useEffect(() => {
      const pointed = ({ target, movementX, movementY }) => {
        if (!movementX && !movementY) return; // the page moved, not the pointer
        const id = target.closest?.(`[${TILE}]`)?.getAttribute(TILE);
        const place = tiles.findIndex((tile) => tile.id === id);
        if (place >= 0) setCurrent(place);
      };
      window.addEventListener("pointermove", pointed, true);
      return () => window.removeEventListener("pointermove", pointed, true);
    }, [tiles]);

    /** The next face without a decision, from a place on, and around. */
    const next = (from, step) => {
      const places = tiles.map((_, place) => (from + step * (place + 1) + 2 * tiles.length) % tiles.length);
      return places.find((place) => !settled[place] && place !== from) ?? from;
    };

    const decide = (decision, category) => {
      const { sample, frame, truth } = tiles[current];
      const shows = category ?? settled[current]?.category ?? truth;
      decisions.decide({ sample, frames: [frame], decision, category, shows });
      setCurrent(next(current, 1));
    };

    const undo = () => {
      const last = decisions.undo();
      const place = tiles.findIndex(({ sample, frame }) => sample === last?.sample && last.frames.includes(frame));
      if (place >= 0) setCurrent(place);
    };

    const act = ({ code, key }) => {
      const digit = /^Digit([123])$/.exec(code)?.[1];
      if (digit) return decide("category", data.categories[digit - 1]);
      const actions = {
        n: () => setCurrent(next(current, 1)),
        p: () => setCurrent(next(current, -1)),
        c: () => decide("confirm"),
        x: () => decide("exclude"),
        u: undo,
        "?": () => setHelp(!help),
      };
      if (!actions[key]) return false;
      actions[key]();
      return true;
    };
    useKeys(act, !inModal);

    const face = tiles[current];
    const now = settled[current];
    return h(
      "div",
      { "data-cy": "expressiveness-faces", "data-current": current, style: { font: "13px sans-serif", lineHeight: 1.6 } },
      h("style", null, marksOf(tiles, settled, current, data)),
      h("b", { "data-cy": "expressiveness-faces-left" }, left ? `${left} of ${tiles.length} left` : "nothing left"),
      ` · interview ${face.interview}, frame ${face.frame}: predicted ${face.label}, truly ${now?.category ?? face.truth}`,
      now && ` · decided: ${now.excluded ? "left out" : now.category} (${now.by})`,
      h("span", { style: { float: "right", opacity: 0.9 } }, h(Saved, { decisions }), h(Coder, { data }), h(Hint, { setHelp })),
      help && h(Keys, { keys: FACE_KEYS }),
    );
  }

  /** Styles that frame the current tile, and write on each decided one what was decided. */
  function marksOf(tiles, settled, current, { categories, colors }) {
    const rules = tiles.map(({ id }, place) => {
      const tile = `[${TILE}="${id}"]`;
      const said = settled[place];
      const over = "position: absolute; pointer-events: none; z-index: 3";
      const frame = place === current ? `${tile}::before { content: ""; inset: 0; border: 4px solid #ffc400; ${over}; }` : "";
      if (!said) return frame;
      const color = said.excluded ? "#888" : colors[categories.indexOf(said.category)];
      const words = said.excluded ? "left out" : `\u2713 ${said.category}`;
      const style = `background: ${color}; color: #000; font: 600 12px sans-serif; padding: 2px 6px; border-radius: 0 0 4px 0`;
      return (
        `${frame}${tile} > * { opacity: 0.45; }` +
        `${tile}::after { content: "${words}"; top: 0; left: 0; ${over}; ${style}; }`
      );
    });
    return rules.join("\n");
  }

  window.__fop__.registerComponent({
    name: "ExpressivenessFaces",
    label: "Expressiveness faces",
    component: Faces,
    type: window.__fop__.PluginComponentType.Component,
    activator: () => true,
  });

  return Review;
})();

/** The player of the open video, whichever tab of the modal is open. */
const expressivenessPlayer = (() => {
  const { useEffect, useMemo, useReducer, useState } = window.React;
  const { useRecoilValue } = window.recoil;
  const playback = window.__fopb__;

  /** The current frame number of a looker, from 1; undefined where it is not shown. */
  function useLookerFrame(looker) {
    const [frame, setFrame] = useState();
    useEffect(() => {
      setFrame(undefined);
      if (!looker?.subscribeToState) return undefined;
      const shown = () => looker.frameNumber ?? looker.sample?.frame_number; // a video's, or a single face's
      const follow = () => setFrame(looker.state.destroyed ? undefined : shown());
      follow();
      const subscriptions = ["frameNumber", "destroyed"].map((name) => looker.subscribeToState(name, follow));
      return () => subscriptions.forEach((unsubscribe) => unsubscribe());
    }, [looker]);
    return frame;
  }

  /**
   * The playback under FiftyOne's own timeline, as { store, seek }: the only way to the Annotate tab's player. Panels are
   * outside its React context, so it is looked up from the timeline's place in the page.
   */
  function playbackInPage() {
    const ruler = document.querySelector("[data-cy=modal] [class*=_ruler_]");
    const key = Object.keys(ruler ?? {}).find((name) => name.startsWith("__reactFiber$"));
    const found = {};
    for (let fiber = ruler?.[key]; fiber && !(found.store && found.seek); fiber = fiber.return) {
      const context = fiber.type?._context ?? fiber.type;
      const value = fiber.memoizedProps?.value;
      if (context === playback.PlaybackStoreContext) found.store = value;
      else if (typeof value?.seek === "function") found.seek = value.seek;
    }
    return found.store && found.seek ? found : null;
  }

  /** The frame shown in the Annotate tab, and a function that goes to a time. */
  function useAnnotation(active, rate) {
    const [found, setFound] = useState(null);
    const [, refresh] = useReducer((count) => count + 1, 0);
    useEffect(() => {
      setFound(null);
      if (!active) return undefined;
      const look = setInterval(() => setFound((known) => known ?? playbackInPage()), 300);
      return () => clearInterval(look);
    }, [active]);
    useEffect(() => (found ? playback.subscribePlayhead(found.store, refresh) : undefined), [found]);
    if (!active || !found || !rate) return {};
    return { frame: 1 + Math.round(playback.getPlayhead(found.store) * rate), seek: found.seek };
  }

  /** Pause a looker at a frame, once its video is loaded. */
  function goTo(looker, frame) {
    const seek = (tries) => {
      const { destroyed, loaded, duration } = looker.state;
      if (loaded && duration) looker.seekToFrame(frame);
      else if (tries && !destroyed) setTimeout(seek, 50, tries - 1);
    };
    if (looker.state.playing) looker.pause();
    setTimeout(seek, 0, 200); // once the player has registered the pause
  }

  /**
   * The frame that is shown, from 1 (undefined if unknown); `seek` to a frame; whether people `annotate`; the `looker` of
   * the Explore tab.
   */
  function usePlayer(rate) {
    const looker = useRecoilValue(window.__fos__.modalLooker);
    const annotates = window.__fos__.useModalMode() === window.__fos__.ModalMode.ANNOTATE;
    const explored = useLookerFrame(looker);
    const annotation = useAnnotation(annotates, rate);
    return useMemo(() => {
      if (!annotates) return { looker, frame: explored, annotates, seek: (frame) => looker?.seekToFrame && goTo(looker, frame) };
      const seek = (frame) => annotation.seek?.((frame - 1) / rate);
      return { looker: null, frame: annotation.frame, annotates, seek };
    }, [looker, annotates, explored, annotation.frame, annotation.seek]);
  }

  return { goTo, useLookerFrame, usePlayer };
})();

/**
 * Labels between judged frames. Only sampled frames are judged and have labels; on those between them this draws the last
 * category, dashed, in a box that moves from one judged box to the next. It is drawn in the page alone: nothing of it is
 * stored, counted or exported.
 */
(() => {
  const { createElement: h, useEffect, useReducer, useState } = window.React;
  const { useRecoilValue } = window.recoil;

  const READ = "@expressiveness/interviews/held_labels";
  const COMPONENT = "ExpressivenessHeldLabels";
  const MOVES = ["pan", "scale", "windowBBox", "options", "loaded"]; // state that changes where labels are drawn

  function ExpressivenessHeldLabels() {
    const looker = useRecoilValue(window.__fos__.modalLooker);
    const frame = expressivenessPlayer.useLookerFrame(looker);
    const held = useHeld();
    const [, refresh] = useReducer((count) => count + 1, 0);
    useEffect(() => {
      if (!looker?.subscribeToState) return undefined;
      const subscriptions = MOVES.map((name) => looker.subscribeToState(name, refresh));
      return () => subscriptions.forEach((unsubscribe) => unsubscribe());
    }, [looker]);
    const place = document.querySelector("[data-cy=modal] [data-cy=modal-looker-container]");
    const label = looker?.seekToFrame && frame && held ? heldAt(held, frame, looker) : null;
    if (!place || !label || !looker.state.transformedMediaBBox) return null;
    return window.ReactDOM.createPortal(h(Held, { label, state: looker.state }), place);
  }

  /** The judged frames of the open video, read again after anything that may change them. */
  function useHeld() {
    const sample = useRecoilValue(window.__fos__.nullableModalSampleId);
    const reading = useRecoilValue(window.__fos__.refresher);
    const mode = window.__fos__.useModalMode();
    const { execute } = window.__foo__.useOperatorExecutor(READ);
    const [held, setHeld] = useState(null);
    useEffect(() => {
      let current = true;
      setHeld((known) => (known?.sample === sample ? known : null));
      const callback = ({ result }) => current && setHeld(result && { ...result, sample });
      if (sample) execute({ sample }, { callback, skipOutput: true, skipErrorNotification: true });
      return () => { current = false; };
    }, [sample, reading, mode]);
    return held;
  }

  /** The label that holds at a frame, of the first field that is shown; null on judged frames, which have their own. */
  function heldAt({ fields, colors }, frame, { state: { options } }) {
    const shown = fields.find(({ path }) => options.activePaths?.includes(path));
    if (!shown || options.showOverlays === false) return null;
    const { path, frames, boxes, labels, until } = shown;
    const index = frames.findLastIndex((number) => number <= frame);
    if (index < 0 || frames[index] === frame || frame - frames[index] >= until) return null;
    const label = { label: labels[index], tags: [], _cls: "Detection" };
    if (options.filter && !options.filter(path, label)) return null;
    const next = frames[index + 1] - frames[index] < until ? index + 1 : index;
    const share = next === index ? 0 : (frame - frames[index]) / (frames[next] - frames[index]);
    const box = boxes[index].map((value, side) => value + share * (boxes[next][side] - value));
    return { name: labels[index], color: colors[labels[index]] ?? "#999999", box, judged: frames[index] };
  }

  function Held({ label: { name, color, box, judged }, state }) {
    const [left, top, width, height] = state.transformedMediaBBox;
    const [x, y] = [left - state.windowBBox[0], top - state.windowBBox[1]];
    const around = { position: "absolute", inset: 0, overflow: "hidden", pointerEvents: "none" };
    const edges = { left: x + box[0] * width, top: y + box[1] * height, width: box[2] * width, height: box[3] * height };
    const tag = { position: "absolute", left: -2, bottom: "100%", whiteSpace: "nowrap", padding: "1px 6px", font: "13px sans-serif" };
    return h(
      "div",
      { "data-cy": "expressiveness-held", "data-judged": judged, style: around },
      h(
        "div",
        { style: { position: "absolute", boxSizing: "border-box", border: `2px dashed ${color}`, ...edges } },
        h("span", { style: { ...tag, color: "white", background: `${color}b0` } }, `${name} · held from frame ${judged}`),
      ),
    );
  }

  window.__fop__.registerComponent({
    name: COMPONENT,
    label: COMPONENT,
    component: ExpressivenessHeldLabels,
    type: window.__fop__.PluginComponentType.Component,
    activator: () => true,
  });

  /** Does nothing but have the App's header, which is always there, render the component. */
  class ShowHeldLabels extends window.__foo__.Operator {
    get config() {
      return new window.__foo__.OperatorConfig({ name: "show_held_labels", label: "Show held labels", unlisted: true });
    }

    async resolvePlacement() {
      const { Places } = window.__foo__.types;
      return { place: Places.HEADER_ACTIONS, view: { name: "ComponentView", options: { component: COMPONENT } } };
    }

    async execute() {}
  }
  window.__foo__.registerOperator(ShowHeldLabels, "@expressiveness/interviews");
})();

/**
 * The panel "Expressiveness timeline": what a run says of the open video over time, why, the faces and what is said, moving
 * with the video. A click seeks, a drag marks a stretch. For the data, see `video_series.py` and `video_details`.
 */
(() => {
  const { createElement: h, memo, useEffect, useLayoutEffect, useMemo, useRef, useState } = window.React;
  const { useRecoilValue } = window.recoil;
  const { getNodes, Layout, useSpaces } = window.__fosp__;

  const PANEL = "timeline_panel";
  const VIDEO = "fo-sample-modal-plugin";
  const REVIEW_PANEL = "review_panel";
  const DETAILS = "@expressiveness/interviews/video_details";
  const LABELS = "@expressiveness/interviews/held_labels"; // which judges edits by hand
  const LOOK_AGAIN = 2000; // milliseconds between looks for edits in the Annotate tab, which tells nobody of them

  const LEAST_PLOT = 90; // pixels
  const MOST_PLOT = 320;
  const BAR = 14;
  const REGION = 13;
  const AXIS = 16;
  const FACE = 48;
  const DRAG = 5; // pixels that the pointer moves before a click becomes a drag

  const INK = "var(--fo-palette-text-primary)";
  const FAINT = "var(--fo-palette-text-secondary)";
  const GROUND = "var(--fo-palette-background-level1)";
  const BORDER = "var(--fo-palette-divider)";
  const WRONG = "#d64550";
  const REGION_INK = "#c27ba0";

  const READINGS = {
    face: ["what the face does", "A frame is right if it has the category of the video's score, shifted by what the face does in that frame: a calm moment of a lively answer is right as calm."],
    video: ["the video's label", "A frame is right if it has its video's category, whatever the face does in it: a calm moment of a lively answer is wrong."],
  };

  function ExpressivenessTimeline({ data: given, schema }) {
    const data = useMemo(() => (given?.json ? JSON.parse(given.json) : null), [given?.json]);
    const player = expressivenessPlayer.usePlayer(data?.frame_rate);
    const dataset = useRecoilValue(window.__fos__.datasetName);
    const [marks, setMarks] = useState({});
    const [decided, setDecided] = useState({});
    const [against, setAgainst] = useState(null);
    const [shows, setShows] = useState("level");
    const reading = data?.truths[against] ? against : data?.against;
    const seen = useMemo(() => (data ? asDecided(data, reading, decided) : null), [data, reading, decided]);
    const details = useDetails(data);
    usePlaceUnderVideo();
    useRunOfReview(data, dataset, schema);
    useEditsByHand(data, player.annotates, schema);
    if (!seen) return null;
    const level = shows === "level" && data.scores;
    return h(
      "div",
      { "data-cy": "expressiveness-timeline", "data-frame": player.frame, style: { font: "13px sans-serif", color: INK } },
      h(ArrowsBesideVideo),
      h(
        "div",
        { style: { display: "flex", flexWrap: "wrap", justifyContent: "space-between", columnGap: 16 } },
        h(Reading, { data: seen, frame: player.frame }),
        h("span", { "data-cy": "expressiveness-model", style: { color: FAINT } }, `run ${data.run}: ${data.model}`),
      ),
      h(ExpressivenessReview, {
        data: seen, dataset, frame: player.frame, looker: player.looker, goTo: expressivenessPlayer.goTo, marks, setMarks,
        onDecided: setDecided,
      }),
      h(Paint, { data, marks, setMarks, active: !player.annotates }),
      h(Choices, { data, reading, setAgainst, level, setShows }),
      h(Tracks, { data: seen, details, decided, marks, setMarks, player, level }),
      h("div", { "data-cy": "expressiveness-sentence", style: { color: FAINT, margin: "6px 0" } }, sentence(data, reading)),
      h(Why, { details, seek: (seconds) => player.seek(frameAt(data, seconds)) }),
      h(Transcript, { data, lines: details?.transcript, player }),
    );
  }

  /** The data with one `truth` of each judged frame, in a reading and with decisions applied. */
  const asDecided = (data, reading, decided) => ({
    ...data,
    truth: data.frames.map((number, index) => {
      const category = data.categories.indexOf(decided[number]?.category);
      return category < 0 ? data.truths[reading][index] : category;
    }),
  });

  /** What takes longer to work out than the timeline itself: regions, why, faces and transcript. */
  function useDetails(data) {
    const { execute } = window.__foo__.useOperatorExecutor(DETAILS);
    const [details, setDetails] = useState(null);
    useEffect(() => {
      let current = true;
      setDetails(null);
      const callback = ({ result }) => current && setDetails(result);
      if (data) execute({ sample: data.sample }, { callback, skipOutput: true });
      return () => { current = false; };
    }, [data?.sample]);
    return details;
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

  /** The run that was last followed, by dataset; kept outside the component, which may be created anew. */
  const followed = new Map();

  /** Show a run once it was chosen in the review panel beside the grid. */
  function useRunOfReview(data, dataset, schema) {
    const tell = window.__foo__.usePanelEvent();
    const panel = window.__fosp__.usePanelId();
    const { spaces } = useSpaces(window.__fos__.constants.FIFTYONE_GRID_SPACES_ID);
    const [states] = window.__fosp__.usePanelsState();
    const review = getNodes(spaces.root).find(({ type }) => type === REVIEW_PANEL);
    const run = (states?.get ? states.get(review?.id) : states?.[review?.id])?.state?.choices?.run;
    useEffect(() => {
      if (!data || !run || followed.get(dataset) === run) return;
      const chosenHere = !followed.has(dataset) && data.run !== data.runs.at(-1); // before the review panel had loaded
      followed.set(dataset, run);
      if (!chosenHere && run !== data.run && data.runs.includes(run)) tell(panel, { operator: schema.view.on_follow, params: { run } });
    }, [run, Boolean(data)]);
  }

  /** Read again when the Annotate tab was left, and after each edit that is found while it is open. */
  function useEditsByHand(data, annotates, schema) {
    const tell = window.__foo__.usePanelEvent();
    const panel = window.__fosp__.usePanelId();
    const { execute } = window.__foo__.useOperatorExecutor(LABELS);
    const before = useRef(annotates);
    useEffect(() => {
      const read = () => tell(panel, { operator: schema.view.on_read });
      if (before.current && !annotates) read();
      before.current = annotates;
      if (!annotates || !data) return undefined;
      const callback = ({ result }) => result?.judged && read();
      const look = () => execute({ sample: data.sample }, { callback, skipOutput: true, skipErrorNotification: true });
      const often = setInterval(look, LOOK_AGAIN);
      return () => clearInterval(often);
    }, [annotates, data?.sample]);
  }

  /** FiftyOne's arrows to the next video are in the middle of the window, over this panel: move them beside the video. */
  function ArrowsBesideVideo() {
    const middle = "[data-cy=modal-content] :has(> [data-cy=nav-left-button]), [data-cy=modal-content] :has(> [data-cy=nav-right-button])";
    return h("style", null, `${middle} { top: 25% !important; }`);
  }

  /** The values at the playhead, in words. */
  function Reading({ data, frame }) {
    if (!frame) return h("div", { style: { minHeight: 18 } }, "The timeline moves with the video.");
    const seconds = data.frame_rate ? ` · ${timeOf(data, frame).toFixed(2)} s` : "";
    const index = data.frames.findLastIndex((number) => number <= frame);
    if (index < 0) return h("div", { "data-cy": "expressiveness-reading" }, `Frame ${frame}${seconds}: no face judged yet`);
    const probabilities = data.probabilities[index];
    const [predicted, truth] = [largest(probabilities), data.truth[index]];
    const sure = `${data.categories[predicted]} ${Math.round(100 * probabilities[predicted])} %`;
    const judged = data.frames[index] === frame ? "" : ` (judged at frame ${data.frames[index]})`;
    const score = data.scores ? `score ${signed(data.scores[index])} · ` : "";
    const verdict = predicted === truth ? "right" : `wrong: truly ${data.categories[truth]}`;
    return h(
      "div",
      { "data-cy": "expressiveness-reading", style: { minHeight: 18 } },
      `Frame ${frame}${seconds} · `,
      h("b", { style: { borderBottom: `3px solid ${data.colors[predicted]}` } }, sure),
      `${judged} · ${score}`,
      h("span", { style: { color: predicted === truth ? "inherit" : WRONG } }, verdict),
    );
  }

  /** Buttons that decide on the marked stretch, as the keys do. */
  function Paint({ data, marks, setMarks, active }) {
    if (!active || !marks.end) return null;
    const press = (key) => window.dispatchEvent(new KeyboardEvent("keydown", key));
    const button = (text, onClick, color) =>
      h("button", { key: text, type: "button", onClick, style: { ...plain, borderLeft: color && `10px solid ${color}` } }, text);
    return h(
      "div",
      { "data-cy": "expressiveness-paint", style: { display: "flex", flexWrap: "wrap", gap: 6, margin: "0 0 6px" } },
      `Frames ${marks.start} to ${marks.end} are`,
      data.categories.map((name, index) =>
        button(`${name} (${index + 1})`, () => press({ code: `Digit${index + 1}`, key: `${index + 1}` }), data.colors[index]),
      ),
      button("left out of training (x)", () => press({ code: "KeyX", key: "x" })),
      button("not marked", () => setMarks({})),
    );
  }

  /** Everything that is drawn over time, one row under the other, and the playhead through all of it. */
  function Tracks({ data, details, decided, marks, setMarks, player, level }) {
    const place = useRef(null);
    const { shift, width } = useRulerWidth(place);
    const height = usePlotHeight(place, details);
    const drag = useRef(null);
    const x = (frame) => (width * timeOf(data, frame)) / durationOf(data);
    const frameUnder = (event) => {
      const box = place.current.getBoundingClientRect();
      const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
      return nearest(data.frames, frameAt(data, share * durationOf(data)));
    };
    const onPointerDown = (event) => {
      if (event.button) return;
      drag.current = { from: frameUnder(event), x: event.clientX, moved: false };
      event.currentTarget.setPointerCapture(event.pointerId);
    };
    const onPointerMove = (event) => {
      const started = drag.current;
      if (!started || player.annotates || (!started.moved && Math.abs(event.clientX - started.x) < DRAG)) return;
      started.moved = true;
      const to = frameUnder(event);
      setMarks({ start: Math.min(started.from, to), end: Math.max(started.from, to) });
    };
    const onPointerUp = (event) => {
      if (drag.current && !drag.current.moved) player.seek(frameUnder(event));
      drag.current = null;
    };
    const common = { data, x, width };
    const plot = { height, ...common };
    return h(
      "div",
      {
        ref: place,
        "data-cy": "expressiveness-tracks",
        role: "slider",
        tabIndex: 0,
        "aria-label": "Time of the video; , and . go to the previous and next judged frame",
        "aria-valuemin": 1,
        "aria-valuemax": data.total,
        "aria-valuenow": player.frame ?? 1,
        onPointerDown, onPointerMove, onPointerUp,
        style: { position: "relative", left: shift, width, cursor: "pointer", touchAction: "none", userSelect: "none", background: GROUND },
      },
      level ? h(Level, plot) : h(Probabilities, plot),
      h(Bars, { decided, ...common }),
      h(Regions, { details, ...common }),
      h(Axis, common),
      h(Strip, { strip: details?.strip, ...common }),
      marks.start &&
        h("div", {
          "data-cy": "expressiveness-stretch",
          style: { position: "absolute", top: 0, bottom: 0, left: x(marks.start), width: Math.max(x(marks.end ?? marks.start) - x(marks.start), 3), background: INK, opacity: 0.15, pointerEvents: "none" },
        }),
      player.frame &&
        h("div", {
          "data-cy": "expressiveness-playhead",
          style: { position: "absolute", top: 0, bottom: 0, left: x(player.frame), width: 2, marginLeft: -1, background: INK, pointerEvents: "none" },
        }),
    );
  }

  /** Where the tracks are drawn so that times are under those of FiftyOne's own timeline, if that is above. */
  function useRulerWidth(place) {
    const [found, setFound] = useState({ shift: 0, width: 600 });
    useLayoutEffect(() => {
      const measure = () => {
        const own = place.current?.parentElement.getBoundingClientRect();
        const ruler = document.querySelector("[data-cy=modal] [class*=_ruler_]")?.getBoundingClientRect();
        if (!own?.width) return;
        const panel = place.current.closest("[data-cy^=panel-content]")?.getBoundingClientRect() ?? own;
        const above = ruler && ruler.bottom <= panel.top && Math.abs(ruler.left - own.left) < 40 && Math.abs(ruler.right - own.right) < 40;
        const next = above ? { shift: ruler.left - own.left, width: ruler.width } : { shift: 0, width: own.width };
        setFound((known) => (known.shift === next.shift && known.width === next.width ? known : next));
      };
      measure();
      const sizes = new ResizeObserver(measure);
      sizes.observe(place.current.parentElement);
      const often = setInterval(measure, 500); // FiftyOne's timeline comes, goes and moves without telling
      return () => { sizes.disconnect(); clearInterval(often); };
    }, []);
    return found;
  }

  /** The height of the plot that fills the panel; what is under the tracks may be reached by scrolling. */
  function usePlotHeight(place, details) {
    const [height, setHeight] = useState(LEAST_PLOT);
    useLayoutEffect(() => {
      const scroller = place.current?.closest("[data-cy^=panel-content]");
      if (!scroller) return undefined;
      const measure = () => {
        const own = place.current.parentElement;
        const rest = own.getBoundingClientRect().bottom - scroller.getBoundingClientRect().top + scroller.scrollTop - height;
        const next = Math.round(Math.min(Math.max(scroller.clientHeight - rest - 24, LEAST_PLOT), MOST_PLOT));
        if (Math.abs(next - height) > 2) setHeight(next);
      };
      measure();
      const sizes = new ResizeObserver(measure);
      [scroller, place.current.parentElement].forEach((one) => sizes.observe(one));
      return () => sizes.disconnect();
    }, [height, details]);
    return height;
  }

  const text = (key, x, y, words, more = {}) =>
    h("text", { key, x, y, fontSize: 11, fill: INK, stroke: GROUND, strokeWidth: 3, paintOrder: "stroke", ...more }, words);

  const svg = (name, width, height, ...children) =>
    h("svg", { "data-cy": name, width, height, style: { display: "block", overflow: "hidden" } }, ...children);

  /** A line broken where no face was detected; a lone frame is a dot. */
  const path = (data, x, y) =>
    data.frames
      .map((number, index) => {
        const goesOn = index > 0 && number - data.frames[index - 1] < 2 * data.step;
        const point = `${x(number).toFixed(1)} ${y(index).toFixed(1)}`;
        return goesOn ? `L${point}` : `M${point}h0.01`;
      })
      .join("");

  /** The level of each frame, as a score, with the thresholds between the categories. */
  const Level = memo(({ data, x, width, height }) => {
    const [low, high] = data.thresholds;
    const bottom = Math.min(...data.scores, low - 0.1);
    const top = Math.max(...data.scores, high + 0.1);
    const y = (score) => height - 6 - ((score - bottom) / (top - bottom)) * (height - 12);
    const bands = [[bottom, low, 0], [low, high, 1], [high, top, 2]];
    return svg(
      "expressiveness-scores", width, height,
      bands.map(([from, to, index]) =>
        h("rect", { key: `band${index}`, x: 0, width, y: y(to), height: Math.max(y(from) - y(to), 0), fill: data.colors[index], opacity: 0.14 }),
      ),
      data.thresholds.map((score) => h("line", { key: score, x1: 0, x2: width, y1: y(score), y2: y(score), stroke: FAINT, strokeDasharray: "4 4" })),
      h("path", { d: path(data, x, (index) => y(data.scores[index])), fill: "none", stroke: INK, strokeWidth: 2, strokeLinecap: "round" }),
      ticks(bottom, top, height).map((score) => text(`tick${score}`, 4, y(score) + 4, signed(score, 1), { fill: FAINT })),
      bands.map(([from, to, index]) => text(`name${index}`, width - 6, Math.min(Math.max((y(from) + y(to)) / 2 + 4, 12), height - 4), data.categories[index], { textAnchor: "end" })),
      );
  });

  /** The probability of each category on each frame. */
  const Probabilities = memo(({ data, x, width, height }) => {
    const y = (probability) => height - 6 - probability * (height - 12);
    return svg(
      "expressiveness-probabilities", width, height,
      h("line", { x1: 0, x2: width, y1: y(0.5), y2: y(0.5), stroke: FAINT, strokeDasharray: "4 4" }),
      data.categories.map((name, category) =>
        h("path", { key: name, d: path(data, x, (index) => y(data.probabilities[index][category])), fill: "none", stroke: data.colors[category], strokeWidth: 2, strokeLinecap: "round" }),
      ),
      [0, 0.5, 1].map((share) => text(`tick${share}`, 4, y(share) + (share === 1 ? 10 : share ? 4 : -1), `${100 * share} %`, { fill: FAINT })),
      data.categories.map((name, index) => text(`name${index}`, width - 6, 14 + 14 * index, `— ${name}`, { textAnchor: "end", fill: data.colors[index] })),
    );
  });

  /** For each judged frame: predicted and true category, where they differ, and what a person decided. */
  const Bars = memo(({ data, decided, x, width }) => {
    const spans = data.frames.map((number, index) => {
      const gap = data.frames[index + 1] - number;
      const until = Math.min(number + (gap < 2 * data.step ? gap : data.step), data.total + 1);
      return { number, index, left: x(number), wide: Math.max(x(until) - x(number), 1), predicted: largest(data.probabilities[index]) };
    });
    const bar = ({ number, left, wide }, row, fill, tall = BAR - 2) =>
      h("rect", { key: `${row}-${number}`, x: left, width: wide, y: row * BAR + 1, height: tall, fill, shapeRendering: "crispEdges" });
    const wrong = spans.filter(({ predicted, index }) => predicted !== data.truth[index]);
    const rows = ["predicted", "true", `wrong (${wrong.length} of ${spans.length})`];
    if (Object.keys(decided).length) rows.push("decided by a person");
    return svg(
      "expressiveness-bars", width, rows.length * BAR,
      spans.map((span) => bar(span, 0, data.colors[span.predicted])),
      spans.map((span) => bar(span, 1, data.colors[data.truth[span.index]])),
      wrong.map((span) => bar(span, 2, WRONG)),
      spans.filter(({ number }) => decided[number]).map((span) => bar(span, 3, decided[span.number].excluded ? FAINT : INK)),
      rows.map((name, row) => text(name, 4, row * BAR + 11, name)),
    );
  });

  /** How far each region of the face is from neutral over time; the marker is its most telling second. */
  const Regions = memo(({ data, details, x, width }) => {
    if (!details) return h("div", { style: { height: 5 * REGION, padding: 4, color: FAINT } }, "reading the regions of the face ...");
    if (!details.regions) return h("div", { "data-cy": "expressiveness-no-regions", style: { padding: 4, color: FAINT } }, details.no_regions);
    const { seconds, names, intensity } = details.regions;
    const most = Math.max(...intensity.flat(), 1e-6);
    const at = (time) => x(1 + time * data.frame_rate);
    return svg(
      "expressiveness-regions", width, names.length * REGION,
      names.map((name, row) => {
        const base = (row + 1) * REGION - 1;
        const points = seconds.map((time, index) => `${at(time).toFixed(1)},${(base - (intensity[row][index] / most) * (REGION - 2)).toFixed(1)}`);
        const [from, to] = details.why.of_regions[name];
        return h(
          "g",
          { key: name },
          h("line", { x1: 0, x2: width, y1: base + 0.5, y2: base + 0.5, stroke: BORDER }),
          h("polygon", { points: `${at(seconds[0])},${base} ${points.join(" ")} ${at(seconds.at(-1))},${base}`, fill: REGION_INK }),
          h("rect", { x: at(from), width: Math.max(at(to) - at(from), 2), y: base - REGION + 2, height: REGION - 2, fill: "none", stroke: FAINT, strokeDasharray: "2 2" }),
          text("name", 4, base - 1, `${name} ${percent(details.why.shares[name])}`),
        );
      }),
    );
  });

  /** The time in seconds. */
  const Axis = memo(({ data, x, width }) => {
    const duration = durationOf(data);
    const step = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600].find((one) => (width * one) / duration >= 55) ?? 1200;
    const times = Array.from({ length: Math.floor(duration / step) + 1 }, (_, index) => index * step);
    return svg(
      "expressiveness-axis", width, AXIS,
      times.map((time) => h("line", { key: time, x1: (width * time) / duration, x2: (width * time) / duration, y1: 0, y2: 4, stroke: FAINT })),
      times.map((time) => text(`at${time}`, (width * time) / duration + 3, 12, `${time} s`, { fill: FAINT })),
    );
  });

  /** A face a second, or as many as there is room for. */
  const Strip = memo(({ data, strip, x, width }) => {
    if (!strip) return null;
    const shown = [];
    strip.frames.forEach((frame, index) => {
      if (x(frame) + FACE <= width + FACE / 2 && (!shown.length || x(frame) >= x(strip.frames[shown.at(-1)]) + FACE)) shown.push(index);
    });
    return h(
      "div",
      { "data-cy": "expressiveness-strip", style: { position: "relative", height: FACE, overflow: "hidden" } },
      shown.map((index) =>
        h("div", {
          key: index,
          title: `${strip.seconds[index].toFixed(1)} s`,
          style: { position: "absolute", left: x(strip.frames[index]), width: FACE, height: FACE, backgroundImage: `url(${strip.picture})`, backgroundPosition: `-${FACE * index}px 0` },
        }),
      ),
    );
  });

  const plain = { font: "inherit", color: INK, background: "none", border: `1px solid ${BORDER}`, borderRadius: 4, padding: "1px 8px", cursor: "pointer" };

  /** One of several, as buttons. */
  function OneOf({ label, name, options, value, onChange }) {
    return h(
      "span",
      { role: "radiogroup", "aria-label": label, "data-cy": name },
      `${label} `,
      Object.entries(options).map(([key, words]) =>
        h("button", { key, type: "button", role: "radio", "aria-checked": key === value, onClick: () => onChange(key), style: { ...plain, marginRight: 4, fontWeight: key === value ? "bold" : "normal", outline: key === value ? `1px solid ${INK}` : "none" } }, words),
      ),
    );
  }

  /** What is plotted, and what a frame's prediction is compared with. */
  function Choices({ data, reading, setAgainst, level, setShows }) {
    const readings = Object.fromEntries(Object.keys(READINGS).filter((key) => data.truths[key]).map((key) => [key, READINGS[key][0]]));
    const plots = { level: "level", probabilities: "probabilities" };
    const axis = level ? `score ${data.target} of each frame; dashed: the thresholds` : "of each category on each frame";
    return h(
      "div",
      { style: { display: "flex", flexWrap: "wrap", gap: "2px 16px", alignItems: "center", margin: "0 0 4px" } },
      data.scores && h(OneOf, { label: "Plot", name: "expressiveness-shows", options: plots, value: level ? "level" : "probabilities", onChange: setShows }),
      h("span", { style: { color: FAINT, flex: 1 } }, data.scores ? axis : `Probability ${axis}`),
      Object.keys(readings).length > 1 &&
        h(OneOf, { label: "Frames are right by", name: "expressiveness-against", options: readings, value: reading, onChange: setAgainst }),
    );
  }

  /** What "right" and "wrong" mean in a reading. */
  const sentence = (data, reading) => {
    const review = reading === data.against ? "" : ` The review and its queue go by ${READINGS[data.against][0]}, as chosen in Predict.`;
    return READINGS[reading][1] + review;
  };

  /** What makes the video expressive, in a sentence whose times can be clicked. */
  function Why({ details, seek }) {
    if (!details?.why) return null;
    const { shares, of_regions, telling, upper_face, speaking } = details.why;
    const when = (key, [from, to]) =>
      h("button", { key, type: "button", onClick: () => seek((from + to) / 2), style: { ...plain, border: 0, padding: "0 2px", textDecoration: "underline dotted" } }, `${from.toFixed(1)}–${to.toFixed(1)} s`);
    const ranked = Object.entries(shares).sort(([, one], [, other]) => other - one);
    return h(
      "div",
      { "data-cy": "expressiveness-why", style: { lineHeight: 1.7 } },
      h("b", null, "Why: "),
      "of what the face does, ",
      ranked.map(([name, share]) => [`${name} ${percent(share)}, most at `, when(name, of_regions[name]), "; "]),
      "all regions together most at ",
      telling.map((one, index) => [index ? ", " : "", when(`all${index}`, one)]),
      `. With the lower face at rest, ${percent(upper_face)} would be left; the mouth moves in the rhythm of speech on ${percent(speaking)} of the frames.`,
    );
  }

  /** What is said, the current line marked; a click goes there. */
  function Transcript({ data, lines, player }) {
    const box = useRef(null);
    const now = player.frame ? timeOf(data, player.frame) : -1;
    const current = lines?.findLastIndex(({ start }) => start <= now) ?? -1;
    useEffect(() => {
      const line = box.current?.children[current];
      if (line) box.current.scrollTop = line.offsetTop - box.current.offsetTop - 20;
    }, [current]);
    if (!lines?.length) return null;
    return h(
      "div",
      { ref: box, "data-cy": "expressiveness-transcript", style: { margin: "6px 0", maxHeight: 88, overflow: "auto", borderTop: `1px solid ${BORDER}` } },
      lines.map(({ start, text: words }, index) =>
        h(
          "button",
          { key: index, type: "button", "aria-current": index === current, onClick: () => player.seek(frameAt(data, start)), style: { ...plain, border: 0, display: "block", textAlign: "left", width: "100%", fontWeight: index === current ? "bold" : "normal", background: index === current ? GROUND : "none" } },
          h("span", { style: { color: FAINT, marginRight: 8 } }, clock(start)),
          words,
        ),
      ),
    );
  }

  const timeOf = (data, frame) => (frame - 1) / (data.frame_rate || 1);
  const durationOf = (data) => Math.max(data.total, 1) / (data.frame_rate || 1);
  const frameAt = (data, seconds) => Math.min(1 + Math.round(seconds * (data.frame_rate || 1)), data.total);
  const nearest = (numbers, wanted) => numbers.reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best));
  const largest = (values) => values.indexOf(Math.max(...values));
  const signed = (score, digits = 2) => `${score < 0 ? "−" : score > 0 ? "+" : ""}${Math.abs(score).toFixed(digits)}`;
  const percent = (share) => `${Math.round(100 * share)} %`;
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

  /** Round numbers on an axis. */
  const ticks = (bottom, top, height) => {
    const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100].find((one) => (height * one) / (top - bottom) >= 24) ?? 1000;
    const first = Math.ceil(bottom / step);
    return Array.from({ length: Math.floor(top / step) - first + 1 }, (_, index) => (first + index) * step);
  };

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
    const frame = expressivenessPlayer.useLookerFrame(looker);
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
