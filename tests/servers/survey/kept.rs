//! No answer is lost, whatever happens.

use super::server::Server;
use crate::http::many_connections;
use crate::sandbox::Sandbox;
use serde_json::json;

fn answers(sandbox: &Sandbox, name: &str) -> u64 {
    sandbox.report(name)["answers"].as_u64().unwrap()
}

#[test]
fn a_server_that_is_killed_between_two_answers_loses_none() {
    let sandbox = Sandbox::with_survey();
    let server = Server::open(&sandbox);
    let who = server.join("first");
    server.listen(&who, 1..=4);
    for place in 1..=4 {
        assert_eq!(server.rate(&who, place, json!({ "rating": place, "human": true })).status, 204);
        if place == 2 {
            break;
        }
    }
    server.kill();
    assert_eq!(answers(&sandbox, "first"), 2);
    let server = Server::open(&sandbox);
    let twice = server.rate(&who, 2, json!({ "rating": 9, "human": true }));
    assert_eq!(twice.status, 409, "it knows that this is answered");
    for place in 3..=4 {
        assert_eq!(
            server.rate(&who, place, json!({ "rating": place, "human": false })).status,
            204
        );
        server_is_killed_again(&sandbox, place as u64);
    }
    let report = sandbox.report("first");
    assert_eq!(report["finished"], 1);
    let mut ratings: Vec<f64> = (report["excerpts"].as_array().unwrap().iter())
        .map(|it| it["rating"]["mean"].as_f64().unwrap())
        .collect();
    ratings.sort_by(f64::total_cmp);
    assert_eq!(ratings, [1.0, 2.0, 3.0, 4.0]);
}

/// What another process finds the moment an answer has been acknowledged.
fn server_is_killed_again(sandbox: &Sandbox, answered: u64) {
    assert_eq!(answers(sandbox, "first"), answered);
}

#[test]
fn two_servers_on_one_file_take_all_answers_once() {
    let _alone = many_connections();
    let sandbox = Sandbox::with_survey();
    sandbox.succeed("survey new second --generated PIECES --real PIECES --most 2 --seconds 1");
    let servers = [Server::open(&sandbox), Server::open(&sandbox)];
    const PEOPLE: usize = 12;
    std::thread::scope(|scope| {
        for person in 0..PEOPLE {
            let servers = &servers;
            scope.spawn(move || {
                let name = ["first", "second"][person % 2];
                let here = &servers[person / 2 % 2];
                let there = &servers[1 - person / 2 % 2];
                let who = here.join(name);
                here.listen(&who, 1..=4);
                for place in 1..=4 {
                    let what = json!({ "rating": 1 + person % 10, "human": person % 3 == 0 });
                    // Both at once: one of them comes first.
                    let one = scope.spawn({
                        let (what, who) = (what.clone(), who.clone());
                        move || there.rate(&who, place, what).status
                    });
                    let mut both = [here.rate(&who, place, what).status, one.join().unwrap()];
                    both.sort();
                    assert_eq!(both, [204, 409]);
                }
            });
        }
    });
    assert_eq!(answers(&sandbox, "first") + answers(&sandbox, "second"), 4 * PEOPLE as u64);
    assert_eq!(sandbox.report("first")["finished"], 6);
    for server in servers {
        server.kill();
    }
    let store = rusqlite::Connection::open(sandbox.path("surveys.sqlite")).unwrap();
    let intact: String = store.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(intact, "ok");
    let csv = sandbox.succeed("survey report second --csv answers.csv -o answers.svg");
    assert!(csv.contains("24 answers; 6 have begun, 6 have rated everything"), "{csv}");
    let rows = sandbox.text("answers.csv");
    assert_eq!(rows.lines().count(), 25);
    let picture = sandbox.text("answers.svg");
    assert!(picture.starts_with("<svg") && picture.contains("Large with dropout"));
    assert!(
        sandbox
            .fail("survey report second --csv answers.csv")
            .contains("answers.csv already exists")
    );
}

#[test]
#[cfg(unix)]
fn a_server_closes_within_a_second_of_ctrl_c_with_participants_at_work() {
    let sandbox = Sandbox::with_survey();
    let server = Server::open(&sandbox);
    let who = server.join("first");
    server.fetch(&who, 1);
    let (status, time) = server.close();
    assert_eq!(status.code(), Some(130));
    // It takes less than one; more than ten would be a hang.
    assert!(time.as_secs() < 10);
    assert_eq!(sandbox.report("first")["participants"], 1);
}
