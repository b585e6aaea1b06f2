//! The studio: as other programs see it, as those see it who mean it no good, and as a person sees it in
//! a browser.

mod attacks;
mod browser;
mod chromium;
mod http;
mod load;
mod pieces;
mod server;
