// Text first: the library runs once the text is painted, then figures are drawn one at a time, the
// nearest to the reader next. Printing draws what is left, whatever has been drawn until then.
const waiting = [...document.querySelectorAll(".plot")];
const later = window.requestIdleCallback
  ? (step) => window.requestIdleCallback(step, { timeout: 200 })
  : (step) => setTimeout(step, 20);

function load() {
  if (window.Plotly) return;
  const script = document.createElement("script");
  script.text = document.getElementById("library").textContent;
  document.head.append(script);
}

function away(plot) {
  const { top, bottom } = plot.getBoundingClientRect();
  return Math.max(0, top - window.innerHeight, -bottom);
}

function draw(plot) {
  waiting.splice(waiting.indexOf(plot), 1);
  const { data, layout, config } = JSON.parse(plot.nextElementSibling.textContent);
  Plotly.newPlot(plot, data, layout, config);
}

function next() {
  if (!waiting.length) return;
  const plot = waiting.reduce((best, each) => (away(each) < away(best) ? each : best));
  const seen = away(plot) === 0;
  draw(plot);
  if (seen) setTimeout(next);
  else later(next);
}

// Two frames: the first is only asked for when this one is painted. A hidden tab paints none.
function start() {
  load();
  next();
}
if (document.hidden) setTimeout(start);
else requestAnimationFrame(() => setTimeout(start));

window.addEventListener("beforeprint", () => {
  load();
  while (waiting.length) draw(waiting[0]);
  fit();
});
window.addEventListener("afterprint", fit);

function fit() {
  document.querySelectorAll(".js-plotly-plot").forEach((plot) => Plotly.Plots.resize(plot));
}
