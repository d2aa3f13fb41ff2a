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

  // A colour of the dark theme in the light one; those that Streamlit derives go by
  // their lightness.
  const light = (name, red, green, blue) => {
    const lightness = 0.3 * red + 0.59 * green + 0.11 * blue;
    return LIGHT[`${red}, ${green}, ${blue}`]
      || (name === "backgroundColor" && lightness < 80 && "245, 246, 248")
      || (name === "color" && lightness > 140 && "89, 98, 115");
  };

  const lighten = (box) => {
    const style = getComputedStyle(box);
    const dark = COLOURS.map((name) => [name, style[name]]);
    return () => dark.forEach(([name, value]) => {
      const [, red, green, blue, rest] = /^rgba?\((\d+), (\d+), (\d+)(.*)\)$/.exec(value) || [];
      const found = light(name, red, green, blue);
      if (found) set(box, name, rest ? `rgba(${found}${rest})` : `rgb(${found})`);
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
    const rows = columns.map((box) => box.parentElement.getBoundingClientRect().width);
    screens.forEach((box, place) => set(box, "display", shown[place]));
    columns.forEach((box, place) => {
      set(box, "flex", "none");
      set(box, "minWidth", "0");
      set(box, "width", `${widths[place]}px`);
      // Rounded, neighbours could be wider than their row by a hair.
      if (widths[place] < 0.99 * rows[place]) set(box.parentElement, "flexWrap", "nowrap");
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
