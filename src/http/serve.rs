//! Accepting connections, with limits in number and time, until shutdown.

use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

/// How long a request may take to arrive, and how long a connection may stay idle.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a client may take to accept any part of a response.
const WRITE_TIMEOUT: Duration = Duration::from_secs(20);

/// The most open connections; a page uses six.
const MAX_CONNECTIONS: usize = 768;

/// How long the server waits for open connections when it shuts down.
const SHUTDOWN_GRACE: Duration = Duration::from_millis(300);

/// Becomes true when the server is to shut down.
pub type Shutdown = watch::Receiver<bool>;

/// An open connection.
struct Connection {
    number: u64,
    /// The time of its last request, by a counter of requests; 0 before the first.
    last_request: Arc<AtomicU64>,
    close: oneshot::Sender<()>,
}

/// Serves `routes` until `shutdown` becomes true, and then ends within a second.
pub async fn serve(
    routes: Router,
    listener: TcpListener,
    mut shutdown: Shutdown,
) -> io::Result<()> {
    let open: Arc<Mutex<Vec<Connection>>> = Arc::default();
    let clock = Arc::new(AtomicU64::new(1));
    let mut number = 0;
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shutdown_requested(&mut shutdown) => break,
            Some(_) = connections.join_next() => continue,
        };
        let Ok((stream, _)) = accepted else {
            // The process may be out of file descriptors; open connections must not
            // suffer.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        number += 1;
        let last_request = Arc::new(AtomicU64::new(0));
        let (close, closed) = oneshot::channel();
        {
            let mut open = open.lock().expect(LOCK);
            if open.len() >= MAX_CONNECTIONS {
                // A connection without any request is closed first, then the one
                // that has been idle longest.
                let idle = (0..open.len())
                    .min_by_key(|&index| open[index].last_request.load(Ordering::Relaxed));
                let connection = open.swap_remove(idle.expect("a full house"));
                let _ = connection.close.send(());
            }
            open.push(Connection { number, last_request: last_request.clone(), close });
        }
        let (routes, clock, open) = (routes.clone(), clock.clone(), open.clone());
        let mut shutdown = shutdown.clone();
        connections.spawn(async move {
            let _ = stream.set_nodelay(true);
            let mut stream = TimeoutStream::new(stream);
            stream.set_write_timeout(Some(WRITE_TIMEOUT));
            stream.set_read_timeout(Some(REQUEST_TIMEOUT));
            let service = routes.map_request(move |request: hyper::Request<_>| {
                last_request.store(clock.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
                request
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                // Nothing is read while a response is being sent, so the request
                // timeout does not end it.
                .half_close(true)
                .header_read_timeout(REQUEST_TIMEOUT)
                .max_buf_size(64 * 1024)
                .serve_connection(
                    TokioIo::new(Box::pin(stream)),
                    TowerToHyperService::new(service),
                );
            let mut connection = std::pin::pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => {}
                _ = closed => {}
                () = shutdown_requested(&mut shutdown) => {
                    connection.as_mut().graceful_shutdown();
                    let _ = tokio::time::timeout(SHUTDOWN_GRACE, connection).await;
                }
            }
            open.lock().expect(LOCK).retain(|connection| connection.number != number);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(2 * SHUTDOWN_GRACE, async {
        while connections.join_next().await.is_some() {}
    })
    .await;
    Ok(())
}

/// Waits until the server is to shut down.
async fn shutdown_requested(shutdown: &mut Shutdown) {
    // If the sender is gone, nobody can ask for a shutdown any more: time to stop, too.
    let _ = shutdown.wait_for(|shutdown| *shutdown).await;
}

const LOCK: &str = "no thread panics while it holds the lock";
