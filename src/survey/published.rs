//! The published results of such surveys.

use serde::Serialize;

/// A row of the report's table, or a result that the article states.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Published {
    /// The publication.
    pub source: &'static str,
    /// What was rated.
    pub what: &'static str,
    /// The mean rating, 1 to 10.
    pub rating: f64,
    /// Its standard deviation.
    pub sd: Option<f64>,
    /// The share of listeners who believed that a human could have composed it.
    pub believability: Option<f64>,
}

const REPORT: &str = "Svegliato and Witty, Deep Jammer: A Music Generation Model";
const ARTICLE: &str = "Svegliato 2017, Can a deep neural network compose music?";

/// The tables of the report and the article. The article had 26 listeners, who were told that
/// every piece was generated. Twelve of them preferred the best generated piece to the real
/// one, and three believed that no human could have composed the real one.
pub const PUBLISHED: [Published; 10] = [
    of_report("Large", 6.7, 2.1, 0.76),
    of_report("Medium", 6.2, 2.0, 0.73),
    of_report("Small", 6.1, 2.1, 0.67),
    of_report("Large with dropout", 6.0, 1.9, 0.69),
    of_report("Jazz, extended training", 4.3, 2.0, 0.40),
    of_report("Jazz, fine-tuning", 4.7, 1.7, 0.48),
    of_report("real classical", 8.1, 1.4, 1.00),
    of_report("real jazz", 7.3, 1.6, 0.92),
    of_article("best generated piece", 7.5, None),
    of_article("real piece", 7.9, Some(23.0 / 26.0)),
];

const fn of_report(what: &'static str, rating: f64, sd: f64, believed: f64) -> Published {
    Published { source: REPORT, what, rating, sd: Some(sd), believability: Some(believed) }
}

const fn of_article(what: &'static str, rating: f64, believability: Option<f64>) -> Published {
    Published { source: ARTICLE, what, rating, sd: None, believability }
}
