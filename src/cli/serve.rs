//! `deep-jammer serve`: the studio in the browser.

use super::Outcome;
use super::hosting::host;
use anyhow::{Context, bail};
use deep_jammer::composing::Composer;
use deep_jammer::studio::{Studio, StudioSettings, routes};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Open a studio in the browser that composes while you listen.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The studio plays new piano music without end. You can change temperature, density, tempo and metre
as it plays, and undo. It can continue a MIDI file, or what you play yourself. You can download
everything you have heard. More: docs/studio.md

Examples:
  Open the studio on this machine:
    deep-jammer serve --open
  Let in the phone on your music stand, and everyone else on your network:
    deep-jammer serve --host 0.0.0.0
  Play music by a model that you trained:
    deep-jammer serve --model my-run --open")]
pub struct Serve {
    /// The model that composes: a file, or the folder of a training run.
    ///
    /// "built-in" is the model that is part of the program.
    #[arg(long, value_name = "FILE-OR-RUN", default_value = super::BUILT_IN)]
    model: PathBuf,
    /// The network address to listen on; 0.0.0.0 lets in everyone on your network.
    ///
    /// By default only this machine can open the studio. There is no password: everyone you let in
    /// can use your processors.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port; 0 takes any free one.
    #[arg(long, default_value_t = 8765)]
    port: u16,
    /// Open the studio in your browser.
    #[arg(long)]
    open: bool,
    /// How many people may listen at once [default: as many as the threads can serve]
    ///
    /// Each listener hears music of their own. By default there are as many as the threads can
    /// compose for: 36 per thread with the built-in model, 12 with the large preset.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    listeners: Option<u32>,
    /// How many threads compose [default: all processors]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=256))]
    threads: Option<u32>,
}

/// The work of one thread, as the number of weights times the number of listeners, with some slack.
/// Measured with the large preset: with its 1.5 million weights, one thread composes for 12 listeners.
const WEIGHTS_PER_THREAD: usize = 18_000_000;

/// The most listeners of one thread. The network is not the only cost, so small networks do not allow
/// any number.
const MAX_LISTENERS_PER_THREAD: usize = 50;

/// Serves the studio until Ctrl-C.
pub fn run(command: &Serve) -> anyhow::Result<Outcome> {
    let model = super::model(&command.model)?;
    if model.primers.is_empty() {
        bail!("{} contains no primers to start from; train it again", command.model.display());
    }
    let processors = std::thread::available_parallelism().map_or(1, |count| count.get());
    let folder = tempfile::tempdir().context("cannot make a temporary folder for downloads")?;
    let workers = command.threads.map_or(processors, |threads| threads as usize);
    let per_thread = WEIGHTS_PER_THREAD / model.parameters.values.len().max(1);
    let per_thread = per_thread.clamp(1, MAX_LISTENERS_PER_THREAD);
    let listeners = command.listeners.map_or(per_thread * workers, |count| count as usize);
    let studio = Studio::new(StudioSettings {
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
    host(routes(studio), address, "Closing the studio.", |page| announce(command, page))
}

/// Prints the address of the page, and opens it if the user asked for that.
fn announce(command: &Serve, page: &str) {
    let page = format!("{page}/");
    println!("{page}");
    if !command.host.is_loopback() {
        eprintln!(
            "Everyone who can reach this machine at {} can listen and use its processors. There is no \
             password. Without --host only this machine can open the studio.",
            command.host
        );
    }
    eprintln!("Ctrl-C closes the studio.");
    if command.open && !open_in_browser(&page) {
        eprintln!("Could not open a browser; open {page} yourself.");
    }
}

/// Asks the system to open a page. Returns whether that could be started.
fn open_in_browser(page: &str) -> bool {
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
