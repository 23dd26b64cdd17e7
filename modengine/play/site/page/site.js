// What is said of the static site, and that it is kept for use without a network.

const SAYS = {
  en: {
    title: "Runs on this device",
    text: [
      "Messages and rules are decided in this browser and are sent nowhere. Once loaded, the page works without a network",
      "What it cannot do, the installed modengine does: a class with a wall, votes and a lesson for all devices (modengine play --host); batches of files, and Ray; an audit log with a vault that stays. The log of this page is gone when the page is closed.",
    ],
    kept: ".",
    not_kept: " as long as it stays open: this browser or this address keeps nothing.",
  },
  zh: {
    title: "在本机运行",
    text: [
      "消息和规则都在这个浏览器里判定，不会发送到任何地方。加载之后，断网也能用",
      "本页做不到、需要安装 modengine 的有：带大屏、投票、把一课推给全班的课堂（modengine play --host）；成批处理文件和 Ray；长期保存的审计日志及其保险库。本页的日志在关闭页面后消失。",
    ],
    kept: "。",
    not_kept: "，但不能关闭页面：这个浏览器或这个地址不保存任何内容。",
  },
};

const box = document.getElementById("site");
let kept = false;

function draw() {
  const says = SAYS[document.documentElement.lang.startsWith("zh") ? "zh" : "en"];
  const [first, second] = says.text;
  const paragraph = (text) => Object.assign(document.createElement("p"), { textContent: text });
  const title = Object.assign(document.createElement("summary"), { textContent: says.title });
  const open = box.open;
  box.replaceChildren(title, paragraph(first + (kept ? says.kept : says.not_kept)), paragraph(second));
  box.open = open;
}

async function keep() {
  await navigator.serviceWorker.register("offline.js");
  await navigator.serviceWorker.ready;
  kept = true;
  draw();
  document.documentElement.dataset.offline = "yes";
}

new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
draw();
if ("serviceWorker" in navigator) keep().catch(draw);
