//! Pages that are served until Ctrl-C.

use super::{Outcome, interruption};
use anyhow::Context;
use axum::Router;
use deep_jammer::http::serve;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How often Ctrl-C is looked for.
const WATCHED: Duration = Duration::from_millis(50);

/// How long work that is under way at the end is waited for.
const FAREWELL: Duration = Duration::from_millis(200);

/// Serves `routes` at an address until Ctrl-C, to which `farewell` is said. `greet` is told the
/// address of the pages, as a browser on this machine wants it, when they can be had.
pub fn host(
    routes: Router,
    address: SocketAddr,
    farewell: &'static str,
    greet: impl FnOnce(&str),
) -> anyhow::Result<Outcome> {
    interruption::listen(farewell)?;
    let processors = std::thread::available_parallelism().map_or(1, |count| count.get());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(processors.min(4))
        .enable_all()
        .build()
        .context("nothing can be served")?;
    let ended = runtime.block_on(async {
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("{address} cannot be listened at; is it in use already? Try --port 0")
        })?;
        let found = listener.local_addr()?;
        let here = match found.ip().is_unspecified() {
            true => SocketAddr::new(IpAddr::from([127, 0, 0, 1]), found.port()),
            false => found,
        };
        greet(&format!("http://{here}"));
        let (close, closed) = watch::channel(false);
        tokio::spawn(async move {
            while !interruption::asked() {
                tokio::time::sleep(WATCHED).await;
            }
            let _ = close.send(true);
        });
        anyhow::Ok(serve(routes, listener, closed).await?)
    });
    runtime.shutdown_timeout(FAREWELL);
    ended?;
    Ok(Outcome::Interrupted)
}
