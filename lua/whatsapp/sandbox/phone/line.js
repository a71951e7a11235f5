// The one line to the sandbox that all open pages share, as a browser opens few to one address.
// A page says "join"; it is told "open" once every change reaches it, each change, and "broken"
// when the line ends: then each page joins anew.

const EVENTS = ["message", "customer", "typing", "exchange", "template", "fault", "clock", "flow", "connection", "business", "state"];

const pages = new Set();
let source = null;

const tell = (what) => {
  for (const page of pages) page.postMessage(what);
};

function end() {
  source.close();
  source = null;
  tell({ name: "broken" });
}

function begin() {
  source = new EventSource("../api/events");
  source.onopen = () => tell({ name: "open" });
  source.onerror = end;
  source.addEventListener("reset", end);
  for (const name of EVENTS) {
    source.addEventListener(name, (event) => tell({ name, revision: Number(event.lastEventId), data: event.data }));
  }
}

self.onconnect = ({ ports: [page] }) => {
  page.onmessage = ({ data }) => {
    if (data === "leave") {
      pages.delete(page);
      if (pages.size === 0 && source) end();
      return;
    }
    pages.add(page);
    if (!source) begin();
    else if (source.readyState === EventSource.OPEN) page.postMessage({ name: "open" });
  };
};
