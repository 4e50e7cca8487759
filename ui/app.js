// The panel's script: htmx, and the little that the browser has to do itself.
import "htmx.org";
import "./address.js";
import "./download.js";
import "./fetch.js";
import "./navigation.js";
import "./savebar.js";
