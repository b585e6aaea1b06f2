//! The report's statistics agree with scipy's (`golden.py`) and with the published ones.

use deep_jammer::survey::{Agreement, Answer, PUBLISHED, Preference, Rating, Report, Share};
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("golden.json")).unwrap()
}

fn near(found: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() < 1e-9, "{found} for {expected}");
}

fn same_share(share: &Share, expected: &Value) {
    assert_eq!(
        (share.count as u64, share.of as u64),
        (number(expected, "count"), number(expected, "of"))
    );
    near(share.interval[0], &expected["interval"][0]);
    near(share.interval[1], &expected["interval"][1]);
}

fn number(of: &Value, name: &str) -> u64 {
    of[name].as_u64().unwrap()
}

fn same(
    expected: &Value,
    rating: &Option<Rating>,
    believed: &Share,
    machine: usize,
    preference: &Option<Preference>,
) {
    let rating = rating.unwrap();
    assert_eq!(rating.answers as u64, number(&expected["rating"], "answers"));
    near(rating.mean, &expected["rating"]["mean"]);
    near(rating.sd.unwrap(), &expected["rating"]["sd"]);
    near(rating.interval.unwrap()[0], &expected["rating"]["interval"][0]);
    near(rating.interval.unwrap()[1], &expected["rating"]["interval"][1]);
    same_share(believed, &expected["believed"]);
    assert_eq!(machine, believed.of - believed.count);
    if let Some(preference) = preference {
        assert_eq!(preference.preferred.count as u64, number(expected, "preferred"));
        assert_eq!(preference.alike as u64, number(expected, "alike"));
        assert_eq!(preference.real_preferred as u64, number(expected, "real_preferred"));
    }
}

#[test]
fn the_figures_of_a_survey_are_those_of_scipy() {
    let golden = golden();
    let excerpts: Vec<(String, String, bool)> =
        serde_json::from_value(golden["excerpts"].clone()).unwrap();
    let answers: Vec<(i64, usize, u8, bool)> =
        serde_json::from_value(golden["answers"].clone()).unwrap();
    let answer = |(participant, excerpt, rating, human)| Answer {
        participant,
        excerpt,
        place: 1,
        rating,
        human,
        at: 0,
    };
    let answers: Vec<Answer> = answers.into_iter().map(answer).collect();
    let report = Report::of("golden", 12, &excerpts, &answers);
    assert_eq!((report.participants, report.finished, report.answers), (12, 7, answers.len()));
    for it in &report.excerpts {
        let expected = &golden["figures"][format!("excerpt {}", it.title)];
        same(expected, &it.rating, &it.believed, it.taken_for_a_machines, &it.preference);
        assert_eq!(it.preference.is_none(), it.real);
    }
    let models: Vec<_> = report.models.iter().map(|it| (it.model.as_str(), it.excerpts)).collect();
    assert_eq!(models, [("large", 2), ("small", 1), ("real", 2)]);
    for it in &report.models {
        let expected = &golden["figures"][format!("model {}", it.model)];
        same(expected, &it.rating, &it.believed, it.taken_for_a_machines, &it.preference);
    }
    let agreement = report.agreement.unwrap();
    assert_eq!((agreement.participants, agreement.excerpts), (7, 5));
    near(agreement.w, &golden["agreement"]["w"]);
    near(agreement.p, &golden["agreement"]["p"]);
}

#[test]
fn exact_intervals_of_shares_are_those_of_scipy() {
    for expected in golden()["shares"].as_array().unwrap() {
        let share = Share::new(number(expected, "count") as usize, number(expected, "of") as usize);
        same_share(&share, expected);
    }
    let nothing = Share::new(0, 0);
    assert_eq!((nothing.share, nothing.interval), (None, [0.0, 1.0]));
}

#[test]
fn one_order_is_full_agreement_and_opposite_orders_are_none() {
    let agreement = |ratings: &[&[f64]]| {
        let ratings: Vec<_> = ratings.iter().map(|of_one| of_one.to_vec()).collect();
        Agreement::of(&ratings).map(|agreement| agreement.w)
    };
    assert_eq!(agreement(&[&[1.0, 5.0, 9.0], &[2.0, 3.0, 10.0], &[4.0, 5.0, 6.0]]), Some(1.0));
    assert_eq!(agreement(&[&[1.0, 5.0, 9.0], &[9.0, 5.0, 1.0]]), Some(0.0));
    assert_eq!(agreement(&[&[1.0, 5.0]]), None, "one participant agrees with nobody");
    assert_eq!(agreement(&[&[4.0, 4.0], &[7.0, 7.0]]), None, "nobody has told one from another");
}

#[test]
fn one_answer_has_a_mean_and_no_interval() {
    let rating = Rating::of(&[vec![7.0]]).unwrap();
    assert_eq!((rating.mean, rating.sd, rating.interval), (7.0, None, None));
    assert_eq!(Rating::of(&[]), None);
}

#[test]
fn the_published_figures_are_those_of_report_and_article() {
    let of = |what: &str| PUBLISHED.iter().find(|it| it.what == what).unwrap();
    assert_eq!(
        (of("Large").rating, of("Large").sd, of("Large").believability),
        (6.7, Some(2.1), Some(0.76))
    );
    assert_eq!((of("real classical").rating, of("real classical").believability), (8.1, Some(1.0)));
    // Three of 26 took it for a machine's.
    assert_eq!((of("real piece").rating, of("real piece").believability), (7.9, Some(23.0 / 26.0)));
    assert_eq!(of("best generated piece").rating, 7.5);
}
