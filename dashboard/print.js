/* Paper is not resized by scripts of charts: the page is printed as it stands on the
screen, scaled to the width of the paper, and a dark page in the light colours. */
(() => {
  if (window.reelPrints) return;
  window.reelPrints = true;
  const PAPER = 1046; // A4 across less two margins of 10 mm, in pixels of 1/96 inch
  const COLOURS = ["color", "backgroundColor", "borderTopColor", "borderRightColor",
    "borderBottomColor", "borderLeftColor", "fill", "stroke"];
  const LIGHT = "PALETTE";
  let undo = [];

  const set = (box, name, value) => {
    const before = box.style[name];
    undo.push(() => { box.style[name] = before; });
    box.style.setProperty(name.replace(/[A-Z]/g, "-$&").toLowerCase(), value, "important");
  };

  const lighten = (box) => {
    const style = getComputedStyle(box);
    const found = COLOURS.map((name) => [name, style[name]]);
    return () => found.forEach(([name, value]) => {
      const [, red, green, blue, rest] = /^rgba?\((\d+), (\d+), (\d+)(.*)\)$/.exec(value) || [];
      const light = LIGHT[`${red}, ${green}, ${blue}`];
      if (light) set(box, name, rest ? `rgba(${light}${rest})` : `rgb(${light})`);
    });
  };

  addEventListener("beforeprint", () => {
    const page = document.querySelector("[data-testid=stMainBlockContainer]");
    const { paddingLeft, paddingRight } = getComputedStyle(page);
    const width = page.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    // What a phone or a narrow window has chosen to show is what its charts fit.
    const screens = [...page.querySelectorAll("[class*=st-key-only_]")];
    const shown = screens.map((box) => getComputedStyle(box).display);
    const columns = [...page.querySelectorAll("[data-testid=stColumn]")];
    const widths = columns.map((box) => box.getBoundingClientRect().width);
    screens.forEach((box, place) => set(box, "display", shown[place]));
    columns.forEach((box, place) => {
      set(box, "flex", "none");
      set(box, "minWidth", "0");
      set(box, "width", `${widths[place]}px`);
    });
    set(page, "width", `${width}px`);
    set(page, "zoom", Math.min(1.25, PAPER / width));
    const app = document.querySelector(".stApp");
    if (getComputedStyle(app).colorScheme !== "dark") return;
    const boxes = [document.documentElement, document.body, app, ...app.querySelectorAll(":not(.st-key-badges *)")];
    boxes.map(lighten).forEach((change) => change());
    app.querySelectorAll("canvas").forEach(
      (box) => set(box, "filter", "invert(1) hue-rotate(180deg) brightness(1.1)"),
    );
  });
  addEventListener("afterprint", () => {
    undo.reverse().forEach((back) => back());
    undo = [];
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest(".st-key-print button")) window.print();
  });
})();
