//! Serves web pages until Ctrl-C.

use super::{Outcome, interruption};
use anyhow::Context;
use axum::Router;
use deep_jammer::http::serve;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How often we check for Ctrl-C.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// How long work under way may take to finish after Ctrl-C.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(200);

/// Serves `routes` at an address until Ctrl-C, and then prints `closing_message`. As soon as the
/// pages can be opened, calls `on_ready` with their URL for a browser on this machine.
pub fn host(
    routes: Router,
    address: SocketAddr,
    closing_message: &'static str,
    on_ready: impl FnOnce(&str),
) -> anyhow::Result<Outcome> {
    interruption::handle_ctrl_c(closing_message)?;
    let processors = std::thread::available_parallelism().map_or(1, |count| count.get());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(processors.min(4))
        .enable_all()
        .build()
        .context("cannot start the web server")?;
    let ended = runtime.block_on(async {
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("cannot listen on {address}; if the port is in use, try --port 0")
        })?;
        let found = listener.local_addr()?;
        let here = match found.ip().is_unspecified() {
            true => SocketAddr::new(IpAddr::from([127, 0, 0, 1]), found.port()),
            false => found,
        };
        on_ready(&format!("http://{here}"));
        let (close, closed) = watch::channel(false);
        tokio::spawn(async move {
            while !interruption::requested() {
                tokio::time::sleep(POLL_INTERVAL).await;
            }
            let _ = close.send(true);
        });
        anyhow::Ok(serve(routes, listener, closed).await?)
    });
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    ended?;
    Ok(Outcome::Interrupted)
}
