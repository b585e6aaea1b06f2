//! A report as text, and its answers as rows.

use deep_jammer::survey::{Answer, ExcerptResult, ModelResult, Preference, Rating, Report, Share};
use std::io::{self, Write};

/// The width of a name.
const NAME: usize = 40;

pub fn write(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let Report { survey, participants, finished, answers, .. } = report;
    writeln!(
        out,
        "{survey}: {answers} answers; {participants} have begun, {finished} have rated everything\n"
    )?;
    head(out, "By model")?;
    for ModelResult { model, real, rating, believed, taken_for_a_machines, preference, .. } in
        &report.models
    {
        let name = if *real { format!("{model} (real)") } else { model.clone() };
        row(out, &name, rating, believed, *taken_for_a_machines, preference)?;
    }
    writeln!(out)?;
    head(out, "By excerpt")?;
    for ExcerptResult {
        title, model, rating, believed, taken_for_a_machines, preference, ..
    } in &report.excerpts
    {
        let name = format!("{model}: {title}");
        row(out, &name, rating, believed, *taken_for_a_machines, preference)?;
    }
    match report.agreement {
        Some(agreement) => writeln!(
            out,
            "\nAgreement of {} participants on the order of {} excerpts: Kendall's W {:.3}, p = {:.4}",
            agreement.participants, agreement.excerpts, agreement.w, agreement.p
        )?,
        None => {
            writeln!(out, "\nAgreement: not known until two participants have rated everything.")?
        }
    }
    writeln!(
        out,
        "\nRating: mean, standard deviation, and 95 % confidence interval by Student's t over participants.\n\
         Human: the share of answers that a human could have composed it, with the exact 95 %\n\
         confidence interval (Clopper-Pearson). Machine: the number of other answers. Preferred: how\n\
         many participants rated it above the real music, out of those who rated both.\n"
    )?;
    writeln!(out, "{:NAME$} rating    sd  human", "Published")?;
    for it in report.published {
        let sd = it.sd.map_or("  –".to_owned(), |sd| format!("{sd:.1}"));
        let believed =
            it.believability.map_or("–".to_owned(), |it| format!("{:.0} %", 100.0 * it));
        writeln!(out, "{:NAME$}    {:.1}   {sd}  {believed:>5}", it.what, it.rating)?;
    }
    let mut sources: Vec<_> = report.published.iter().map(|it| it.source).collect();
    sources.dedup();
    writeln!(out, "({})", sources.join("; "))
}

fn head(out: &mut impl Write, what: &str) -> io::Result<()> {
    writeln!(
        out,
        "{what:NAME$} rating    sd  95 %          human  95 %          machine  preferred"
    )
}

fn row(
    out: &mut impl Write,
    name: &str,
    rating: &Option<Rating>,
    believed: &Share,
    machine: usize,
    preference: &Option<Preference>,
) -> io::Result<()> {
    let name = shortened(name);
    let Some(rating) = rating else {
        return writeln!(out, "{name:NAME$} no answers yet");
    };
    let sd = rating.sd.map_or("–".to_owned(), |sd| format!("{sd:.2}"));
    let interval =
        rating.interval.map_or("–".to_owned(), |[from, to]| format!("{from:.2} to {to:.2}"));
    let share = believed.share.map_or("–".to_owned(), |share| format!("{:.0} %", 100.0 * share));
    let [from, to] = believed.interval.map(|end| 100.0 * end);
    let shares = format!("{from:.0} to {to:.0} %");
    let preferred = preference
        .map_or("–".to_owned(), |it| format!("{} of {}", it.preferred.count, it.preferred.of));
    writeln!(
        out,
        "{name:NAME$}  {:5.2}  {sd:>4}  {interval:12}  {share:>5}  {shares:12}  {machine:>7}  {preferred}",
        rating.mean
    )
}

/// The end of a name, if it is too long.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(NAME) {
        None => name.to_owned(),
        Some(_) => {
            let skipped = name.chars().count() - NAME + 1;
            format!("…{}", name.chars().skip(skipped).collect::<String>())
        }
    }
}

/// Writes every answer as a row of CSV (RFC 4180).
pub fn csv(out: &mut impl Write, report: &Report, answers: &[Answer]) -> io::Result<()> {
    writeln!(out, "participant,place,model,real,excerpt,rating,human,milliseconds_since_1970")?;
    for Answer { participant, excerpt, place, rating, human, at } in answers {
        let ExcerptResult { title, model, real, .. } = &report.excerpts[*excerpt];
        let (model, title) = (quoted(model), quoted(title));
        writeln!(out, "{participant},{place},{model},{real},{title},{rating},{human},{at}")?;
    }
    Ok(())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
