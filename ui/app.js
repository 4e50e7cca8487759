// The panel's script: htmx, and the little that the browser has to do itself.
import htmx from "htmx.org";
import "./address.js";
import "./busy.js";
import "./download.js";
import "./fetch.js";
import "./navigation.js";
import "./savebar.js";

htmx.config.morphIgnore.push("open"); // what somebody opened stays open when its page is brought up to date
