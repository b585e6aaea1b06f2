//! `deep-jammer serve`: the studio in the browser.

use super::Outcome;
use super::hosting::host;
use anyhow::{Context, bail};
use deep_jammer::composing::Composer;
use deep_jammer::studio::{Design, Studio, routes};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Open a page in your browser that plays new piano music without end.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The music is composed while you listen. You can change the temperature, density, tempo and metre as
it plays, let it continue from a MIDI file or from what you play yourself, and download what you have
heard.

  deep-jammer serve --open
  deep-jammer serve --host 0.0.0.0   for the phone on your music stand; everyone on your network can
                                     listen then")]
pub struct Serve {
    /// The model that composes: a model file, the folder of a training run, or "built-in" for the
    /// model that comes with the program.
    #[arg(long, value_name = "FILE-OR-RUN", default_value = super::BUILT_IN)]
    model: PathBuf,
    /// The network address to serve the page at. 127.0.0.1 is for this machine only, 0.0.0.0 for
    /// everyone on your network.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port; 0 picks a free one.
    #[arg(long, default_value_t = 8765)]
    port: u16,
    /// Open the page in your browser.
    #[arg(long)]
    open: bool,
    /// How many people can listen at once, each to music of their own. [default: as many as the threads
    /// can compose for, 36 per thread with the built-in model, 12 with the large preset]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    listeners: Option<u32>,
    /// How many threads compose. [default: one per processor]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=256))]
    threads: Option<u32>,
}

/// How many weights one thread composes with in time, counted once for each of its listeners. Measured
/// with the large preset: its 1.5 million weights allow for 12 listeners, with some reserve.
const VALUES_A_LISTENER: usize = 18_000_000;

/// The most listeners of one thread, however small the network: other work takes time, too.
const MOST_A_THREAD: usize = 50;

/// Opens the studio, until Ctrl-C.
pub fn run(command: &Serve) -> anyhow::Result<Outcome> {
    let model = super::model(&command.model)?;
    if model.primers.is_empty() {
        bail!("{} carries no excerpts to begin with; train it again", command.model.display());
    }
    let processors = std::thread::available_parallelism().map_or(1, |count| count.get());
    let folder = tempfile::tempdir().context("no folder for files that are to be sent")?;
    let workers = command.threads.map_or(processors, |threads| threads as usize);
    let of_a_thread = VALUES_A_LISTENER / model.parameters.values.len().max(1);
    let of_a_thread = of_a_thread.clamp(1, MOST_A_THREAD);
    let listeners = command.listeners.map_or(of_a_thread * workers, |count| count as usize);
    let studio = Studio::new(Design {
        composer: Composer::new(&model),
        listeners,
        workers,
        folder: folder.path().to_owned(),
        loopback_only: command.host.is_loopback(),
    });
    std::thread::spawn({
        let studio = studio.clone();
        move || studio.prepare_sounds()
    });
    let address = SocketAddr::new(command.host, command.port);
    host(routes(studio), address, "Closing the studio.", |page| greet(command, page))
}

/// Says where the page is, and opens it.
fn greet(command: &Serve, page: &str) {
    let page = format!("{page}/");
    println!("{page}");
    if !command.host.is_loopback() {
        eprintln!(
            "Everyone who can reach this machine at {} can listen and use its processors. There is no \
             password. Without --host only this machine can open the page.",
            command.host
        );
    }
    eprintln!("Ctrl-C closes the studio.");
    if command.open && !opened(&page) {
        eprintln!("The browser could not be opened. Open {page} yourself.");
    }
}

/// Whether the system could be asked to open a page.
fn opened(page: &str) -> bool {
    let mut opener = match std::env::consts::OS {
        "macos" => Command::new("open"),
        "windows" => {
            let mut opener = Command::new("rundll32");
            opener.arg("url.dll,FileProtocolHandler");
            opener
        }
        _ => Command::new("xdg-open"),
    };
    opener
        .arg(page)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .is_ok()
}
