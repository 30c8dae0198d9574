(function () {
  "use strict";
  var section = document.getElementById("areas"), pick = document.getElementById("pick");
  var areas = Array.prototype.slice.call(document.querySelectorAll(".area"));
  var codes = areas.map(function (area) { return area.id; });

  function show(code) {
    pick.value = code;
    section.classList.toggle("picked", code !== "all");
    areas.forEach(function (area) { area.classList.toggle("shown", area.id === code); });
  }
  function fromAddress() {
    var code = location.hash.slice(1);
    if (codes.indexOf(code) < 0) { return; }
    show(code);
    section.scrollIntoView();
  }
  function go(code) { show(code); history.replaceState(null, "", code === "all" ? "#areas" : "#" + code); }
  function step(by) { var at = Math.max(0, codes.indexOf(pick.value)); go(codes[(at + by + codes.length) % codes.length]); }

  section.querySelector(".picker").hidden = false;
  pick.addEventListener("change", function () { go(pick.value); });
  document.getElementById("before").addEventListener("click", function () { step(-1); });
  document.getElementById("after").addEventListener("click", function () { step(1); });
  window.addEventListener("hashchange", fromAddress);
  show(codes[0]);
  fromAddress();

  // The row of the table behind a chart, for the year under the pointer.
  var tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  document.body.appendChild(tip);
  function follow(event) {
    var chart = event.currentTarget, ends = chart.dataset.ends.split(" ").map(Number);
    var rows = chart.parentNode.querySelectorAll("tbody tr"), heads = chart.parentNode.querySelectorAll("thead th");
    var box = chart.getBoundingClientRect(), x = (event.clientX - box.left) / box.width * chart.viewBox.baseVal.width;
    var at = Math.round((x - ends[0]) / (ends[1] - ends[0]) * (rows.length - 1));
    tip.hidden = at < 0 || at >= rows.length;
    if (tip.hidden) { return; }
    tip.textContent = "";
    Array.prototype.forEach.call(rows[at].children, function (cell, place) {
      // The ends of an interval stand behind the figure, not in lines of their own.
      var end = / P(10|90)$/.exec(heads[place].textContent);
      if (end) { tip.lastChild.textContent += (end[1] === "10" ? " (" : "–") + cell.textContent + (end[1] === "90" ? ")" : ""); return; }
      var line = document.createElement(place ? "div" : "b");
      line.textContent = place ? heads[place].textContent + ": " + cell.textContent : cell.textContent;
      tip.appendChild(line);
    });
    tip.style.left = Math.min(event.pageX + 16, window.scrollX + document.documentElement.clientWidth - tip.offsetWidth - 8) + "px";
    tip.style.top = event.pageY + 16 + "px";
  }
  Array.prototype.forEach.call(document.querySelectorAll("svg[data-ends]"), function (chart) {
    chart.addEventListener("pointermove", follow);
    chart.addEventListener("pointerleave", function () { tip.hidden = true; });
  });
}());
