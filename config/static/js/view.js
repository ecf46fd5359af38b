// The picture: zoom, pan, frames and play. It listens on the document and looks after each change of the page, so
// pictures that come later work at once. All it needs are the names in _view.html.
"use strict";
(() => {
  const PACE = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 160;
  // By name of a drawing, what is shown of which object: "fit", or a view box, or nothing for the whole.
  const kept = {};
  let others = true, crop = true, playing = false, shown, under, drag;

  const find = (selector) => document.querySelector(selector);
  const press = (selector) => { const one = find(selector); one?.click(); return one; };
  const on = (name, does, options) => document.addEventListener(name, does, options);
  const all = (does) => [...document.querySelectorAll("svg[data-view]")].map(does).length;
  const numbers = (text) => text.split(" ").map(Number);
  const box = (svg) => numbers(svg.getAttribute("viewBox"));
  const drawingAt = ({ target }) => target.closest?.("svg[data-view]");
  const point = (svg, { clientX, clientY }) =>
    new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse());

  function draw(svg) {
    const { whole, fit, of, view } = svg.dataset, { part, of: was } = kept[view] || {};
    const seen = part === "fit" ? fit : was === of && part;
    svg.setAttribute("viewBox", seen || whole);
    svg.toggleAttribute("data-zoomed", Boolean(seen));
  }
  function show(svg, part) {
    kept[svg.dataset.view] = { part, of: svg.dataset.of };
    draw(svg);
    return true;
  }
  // The middle stays in the picture; what would be larger than the picture is the whole of it.
  function look(svg, x, y, width, height) {
    const [left, top, most, high] = numbers(svg.dataset.whole);
    const within = (at, size, from, all) => Math.max(from, Math.min(at + size / 2, from + all)) - size / 2;
    const part = [within(x, width, left, most), within(y, height, top, high), width, height].join(" ");
    return show(svg, width < most || height < high ? part : "");
  }
  function zoom(svg, times, at) {
    const [x, y, width, height] = box(svg), middle = { x: x + width / 2, y: y + height / 2 };
    const { x: px, y: py } = at || middle, by = Math.max(times, numbers(svg.dataset.whole)[2] / 50 / width);
    return look(svg, px - (px - x) * by, py - (py - y) * by, width * by, height * by);
  }
  function pan(svg, right, down) {
    const [x, y, width, height] = box(svg);
    return look(svg, x + right, y + down, width, height);
  }
  const aside = (right, down) => (svg) => pan(svg, (right * box(svg)[2]) / 8, (down * box(svg)[3]) / 8);

  function play() {
    playing &&= Boolean(press("#view [rel=next]"));
    refresh();
  }
  // Each frame stays for PACE, and until its picture is there.
  async function playOn(view) {
    const image = new Image();
    image.src = find("#frame")?.getAttribute("href") || "data:,";
    await Promise.all([image.decode().catch(() => 0), new Promise((done) => setTimeout(done, PACE))]);
    if (view === shown) play();
  }
  // What was chosen holds for what came in.
  function refresh() {
    const view = find("#view"), here = find("#view .film [aria-current]");
    all(draw);
    if (find("#others")) find("#others").checked = others;
    find("#close-up")?.toggleAttribute("hidden", !crop);
    find("#view .play")?.setAttribute("aria-pressed", playing);
    if (view === shown) return;
    shown = view;
    window.htmx?.process(view);
    if (here) find("#view .film").scrollLeft = here.offsetLeft - 150;
    if (playing) playOn(view);
  }

  const back = () => press("#view [rel=prev]"), next = () => press("#view [rel=next]"), near = (svg) => zoom(svg, 0.77);
  // The buttons name their keys. What finds nothing to do leaves the key to others.
  const keys = {
    "+": near, "=": near, "-": (svg) => zoom(svg, 1.3), 0: () => all((svg) => show(svg)), f: () => all((svg) => show(svg, "fit")),
    arrowleft: back, ",": back, arrowright: next, ".": next,
    shiftarrowleft: aside(-1, 0), shiftarrowright: aside(1, 0), shiftarrowup: aside(0, -1), shiftarrowdown: aside(0, 1),
    o: () => press("#others"),
    c: () => { crop = !crop; refresh(); return true; },
    " ": () => { playing = !playing; play(); return find("#view .play"); },
  };
  const does = (key) => {
    const svg = under?.isConnected ? under : find("svg[data-view]");
    return (svg || !keys[key]?.length) && keys[key]?.(svg);
  };

  on("keydown", (event) => {
    const { key, target } = event, arrow = event.shiftKey && key.startsWith("Arrow") ? "shift" : "";
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    if (find(".reject[open], dialog[open]")) return; // what is typed there is a comment
    if (key === " " && target.closest("a, button, summary, input")) return;
    if (does(arrow + key.toLowerCase())) event.preventDefault();
  });
  on("click", ({ target, clientX }) => {
    const button = target.closest("#view [data-key]"), curve = target.closest("svg.curve");
    if (button) does(button.dataset.key);
    if (!curve) return;
    const { left, width } = curve.getBoundingClientRect(), frames = numbers(curve.dataset.frames);
    const at = frames[0] + ((clientX - left) / width) * (frames.at(-1) - frames[0]);
    const frame = frames.find((one) => one >= at - 0.5);
    htmx.ajax("GET", curve.dataset.link + frame, { source: "#view", target: "#view" });
  });
  on("change", ({ target }) => { if (target.id === "others") others = target.checked; });
  on("wheel", (event) => {
    const svg = drawingAt(event);
    if (!svg) return;
    event.preventDefault();
    const turned = event.deltaY * (event.deltaMode ? 0.06 : 0.002);
    zoom(svg, Math.exp(Math.max(-1, Math.min(turned, 1))), point(svg, event));
  }, { passive: false });
  on("pointerdown", (event) => {
    const svg = drawingAt(event);
    if (svg && !event.button && !event.defaultPrevented) drag = [svg, point(svg, event)];
  });
  on("pointermove", (event) => {
    if (!drag) under = drawingAt(event) || under;
    if (!drag?.[0].isConnected) return;
    const [svg, held] = drag, at = point(svg, event);
    pan(svg, held.x - at.x, held.y - at.y);
  });
  for (const end of ["pointerup", "pointercancel"]) on(end, () => { drag = null; });
  new MutationObserver(refresh).observe(document, { childList: true, subtree: true });
  refresh();
})();
