/* Leaves at once, and without a way back: by the button, or by Escape three times. A plain link without this file. */
(() => {
  "use strict";
  const link = document.querySelector("[data-leave]");
  if (!link) return;
  const leave = () => window.location.replace(link.href);
  link.addEventListener("click", (event) => { event.preventDefault(); leave(); });
  let times = [];
  document.addEventListener("keydown", ({ key, timeStamp }) => {
    times = key === "Escape" ? [...times.filter((one) => timeStamp - one < 2000), timeStamp] : [];
    if (times.length > 2) leave();
  });
})();
