//! `deep-jammer serve`: the studio in the browser.

use super::Outcome;
use super::hosting::host;
use anyhow::{Context, bail};
use deep_jammer::composing::Composer;
use deep_jammer::studio::{Design, Studio, routes};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Open a page in the browser that plays new piano music without end.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The page composes while you listen. Change temperature, density, tempo and metre as it plays, let it
go on from a MIDI file or from what you play yourself, and download what you have heard.

  deep-jammer serve --open
  deep-jammer serve --host 0.0.0.0   for the phone on the music stand: everybody in your network may
                                     listen then")]
pub struct Serve {
    /// The model: a file, or the folder of a training run; "built-in" for the one that is part of the
    /// program.
    #[arg(long, value_name = "FILE-OR-RUN", default_value = super::BUILT_IN)]
    model: PathBuf,
    /// The address to listen at; 0.0.0.0 is all that this machine has.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port; 0 for any that is free.
    #[arg(long, default_value_t = 8765)]
    port: u16,
    /// Open the page in the browser.
    #[arg(long)]
    open: bool,
    /// How many may listen at once, each to music of their own, instead of as many as the threads can
    /// compose for: 36 each with the model of the program, 12 with the large preset.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    listeners: Option<u32>,
    /// How many threads compose, instead of all processors.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=256))]
    threads: Option<u32>,
}

/// How many values the weights of a network may have for which one thread composes in time for a
/// listener, with some air: measured with the large preset, whose 1.5 million leave room for 12.
const VALUES_A_LISTENER: usize = 18_000_000;

/// How many listeners one thread has at most: small networks are not all that costs time.
const MOST_A_THREAD: usize = 50;

/// Opens the studio, until Ctrl-C.
pub fn run(command: &Serve) -> anyhow::Result<Outcome> {
    let model = super::model(&command.model)?;
    if model.primers.is_empty() {
        bail!("{} holds no excerpts to begin with; train it anew", command.model.display());
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
            "Everybody who can reach this machine at {} can listen and use its processors; there is no \
             password. Without --host only you can.",
            command.host
        );
    }
    eprintln!("Ctrl-C closes the studio.");
    if command.open && !opened(&page) {
        eprintln!("No browser could be opened; open {page} yourself.");
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
