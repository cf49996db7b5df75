use std::collections::HashSet;

use super::*;

fn ready(seed: u64) -> Ready {
    Ready::new(Jitter::new(seed))
}

/// Starts and answers up to `most` jobs. Returns them in order: `C` is a spot check, `W` a PUT.
fn play(ready: &mut Ready, most: usize) -> Vec<(char, RowIndex)> {
    let mut started = Vec::new();
    while started.len() < most {
        match ready.next(Instant(0)) {
            Some(Due::SpotCheck(index)) => {
                ready.check_sent(index);
                assert_eq!(ready.answered(index), Some(0));
                ready.write_next(index);
                started.push(('C', index));
            }
            Some(Due::Write(index)) => {
                let before = ready.len();
                ready.written(index);
                assert_eq!(ready.len(), before - 1);
                started.push(('W', index));
            }
            Some(Due::At(_)) | None => break,
        }
    }
    started
}

fn of(kind: char, started: &[(char, RowIndex)]) -> Vec<RowIndex> {
    started.iter().filter(|(other, _)| *other == kind).map(|(_, index)| *index).collect()
}

#[test]
fn the_first_row_is_read_first_and_every_check_is_followed_by_its_put() {
    let mut ready = ready(1);
    ready.add((0..32).collect(), |_| true);
    assert_eq!(ready.next(Instant(0)), Some(Due::SpotCheck(0)));
    ready.check_sent(0);
    assert_eq!(ready.next(Instant(0)), None, "nothing is written until the first row was read");
    assert_eq!(ready.answered(0), Some(0));
    ready.write_next(0);
    let started = play(&mut ready, usize::MAX);
    assert_eq!(started[0], ('W', 0));
    for (at, (kind, index)) in started.iter().enumerate() {
        assert!(*kind == 'W' || started[at + 1] == ('W', *index), "{started:?}");
    }
    let written: HashSet<RowIndex> = of('W', &started).into_iter().collect();
    assert_eq!(written.len(), 32, "every row is written once");
}

#[test]
fn after_the_first_rows_one_row_in_25_is_read() {
    for seed in 0..50 {
        let mut ready = ready(seed);
        let mut checked = Vec::new();
        for batch in 0..100 {
            ready.add((batch * 32..batch * 32 + 32).collect(), |_| true);
            checked.extend(of('C', &play(&mut ready, usize::MAX)));
        }
        let early = checked.iter().filter(|index| **index <= 20).count();
        assert_eq!(early, 1 + 6, "seed {seed}");
        let later = checked.len() - early;
        assert!((126..=128).contains(&later), "{later} of 3,179");
    }
}

#[test]
fn a_chosen_row_is_written_after_its_turn() {
    for seed in 0..50 {
        let mut ready = ready(seed);
        ready.add((0..200).collect(), |_| true);
        let started = play(&mut ready, usize::MAX);
        for index in of('C', &started).into_iter().filter(|index| (1..150).contains(index)) {
            let turn = started.iter().position(|other| *other == ('C', index)).unwrap();
            let later = of('W', &started[..turn]).into_iter().filter(|other| *other > index).count();
            assert!(later >= 9, "seed {seed}: row {index} after {later} later ones");
        }
    }
}

#[test]
fn five_of_the_first_rows_are_deferred_and_read_at_the_end() {
    for seed in 0..20 {
        let mut ready = ready(seed);
        let mut next: VecDeque<RowIndex> = (0..60).collect();
        ready.defer(&mut next, |index| index != 3);
        assert_eq!((next.len(), next[0]), (60, 0));
        let last: Vec<RowIndex> = next.iter().skip(55).copied().collect();
        assert!(last.iter().all(|index| (1..=20).contains(index) && *index != 3), "{last:?}");
        ready.add(next.into(), |_| true);
        let checks = of('C', &play(&mut ready, usize::MAX));
        assert!(last.iter().all(|index| checks.contains(index)), "{checks:?}");
    }
    let mut few: VecDeque<RowIndex> = (0..21).collect();
    ready(1).defer(&mut few, |_| true);
    assert_eq!(few, (0..21).collect::<VecDeque<_>>(), "few rows keep their order");
}

#[test]
fn while_a_check_is_unanswered_ten_rows_are_written_at_most() {
    let mut held_up = 0;
    for seed in 0..50 {
        let mut ready = ready(seed);
        ready.add((0..200).collect(), |_| true);
        play(&mut ready, 80);
        let mut written = Vec::new();
        let unanswered = loop {
            match ready.next(Instant(0)) {
                Some(Due::Write(index)) => ready.written(index),
                Some(Due::SpotCheck(index)) => break index,
                other => panic!("{other:?}"),
            }
        };
        ready.check_sent(unanswered);
        while let Some(Due::Write(index)) = ready.next(Instant(0)) {
            ready.written(index);
            written.push(index);
        }
        if let Some(Due::SpotCheck(index)) = ready.next(Instant(0)) {
            assert!(written.len() < 10, "{index} is due before the tenth row");
            continue;
        }
        assert_eq!(written.len(), 10);
        held_up += 1;
        assert_eq!(ready.answered(unanswered), Some(0));
        ready.write_next(unanswered);
        assert_eq!(ready.next(Instant(0)), Some(Due::Write(unanswered)), "the answer lets the run go on");
    }
    assert!(held_up > 10, "another check was due first in {} of 50", 50 - held_up);
}

#[test]
fn with_every_row_checked_ten_rows_are_written_while_one_check_is_unanswered() {
    for seed in 0..20 {
        let mut ready = ready(seed);
        ready.check_all();
        ready.add((0..60).collect(), |_| true);
        play(&mut ready, 4);
        let Some(Due::SpotCheck(unanswered)) = ready.next(Instant(0)) else { panic!("nothing is checked") };
        ready.check_sent(unanswered);
        let meanwhile = play(&mut ready, usize::MAX);
        assert_eq!(of('W', &meanwhile).len(), 10, "seed {seed}");
        assert!(!of('W', &meanwhile).contains(&unanswered));
        assert_eq!(ready.answered(unanswered), Some(0));
        ready.write_next(unanswered);
        assert_eq!(of('W', &play(&mut ready, usize::MAX)).len(), 60 - 2 - 10, "seed {seed}: no row is lost");
    }
}

#[test]
fn a_retry_and_a_row_without_evidence_wait_for_a_late_check_too() {
    let mut ready = ready(2);
    ready.add((0..60).collect(), |index| index < 30);
    play(&mut ready, 2);
    let unanswered = loop {
        match ready.next(Instant(0)) {
            Some(Due::Write(index)) => ready.written(index),
            Some(Due::SpotCheck(index)) => break index,
            other => panic!("{other:?}"),
        }
    };
    ready.check_sent(unanswered);
    // PUTs of rows that aren't queued, as retries are, count too.
    for retried in 100..110 {
        ready.written(retried);
    }
    ready.write_unchecked(50);
    assert_eq!(ready.next(Instant(0)), None);
    ready.answered(unanswered);
    assert!(ready.next(Instant(0)).is_some());
}

#[test]
fn two_pages_choose_different_rows() {
    let chosen = |seed| {
        let mut ready = ready(seed);
        ready.add((0..60).collect(), |_| true);
        let mut chosen = of('C', &play(&mut ready, usize::MAX));
        chosen.sort_unstable();
        chosen
    };
    let all: HashSet<Vec<RowIndex>> = (0..100).map(chosen).collect();
    assert!(all.len() > 95, "{}", all.len());
}

#[test]
fn after_a_wait_earlier_checks_are_repeated() {
    let mut ready = ready(3);
    ready.add((0..40).collect(), |_| true);
    play(&mut ready, 12);
    ready.after_wait();
    let started = play(&mut ready, usize::MAX);
    assert_eq!(started[0].0, 'C');
    ready.add((100..110).collect(), |_| true);
    ready.after_wait();
    let Some(Due::SpotCheck(first)) = ready.next(Instant(0)) else { panic!("nothing is read") };
    ready.check_sent(first);
    ready.answered(first);
    ready.write_next(first);
    ready.after_wait();
    assert!(matches!(ready.next(Instant(0)), Some(Due::SpotCheck(_))));
    assert!(of('C', &play(&mut ready, usize::MAX)).contains(&first));
}

#[test]
fn a_row_without_evidence_is_written_without_a_check_or_delay() {
    let mut ready = ready(4);
    ready.add((0..40).collect(), |_| false);
    let started = play(&mut ready, usize::MAX);
    assert_eq!((started.len(), of('C', &started).len()), (40, 0));
    ready.after_wait();
    ready.write_unchecked(7);
    ready.add(vec![50, 51], |index| index == 51);
    let started = play(&mut ready, usize::MAX);
    assert_eq!(started[0], ('C', 51));
    assert_eq!(of('W', &started).len(), 3);
}

#[test]
fn after_another_writer_every_row_is_read_in_a_random_order() {
    let order = |seed| {
        let mut ready = ready(seed);
        ready.check_all();
        ready.add((0..32).collect(), |_| true);
        let started = play(&mut ready, usize::MAX);
        assert_eq!(of('C', &started), of('W', &started));
        of('C', &started)
    };
    assert_eq!(order(1).len(), 32);
    assert_ne!(order(1), order(2));
}

#[test]
fn a_stop_takes_back_every_row_except_those_being_read() {
    let mut ready = ready(5);
    ready.add((0..40).collect(), |_| true);
    ready.write_unchecked(90);
    play(&mut ready, 9);
    let before = ready.len();
    let Some(Due::SpotCheck(index)) = [0; 40]
        .iter()
        .find_map(|_| match ready.next(Instant(0)) {
            Some(Due::Write(index)) => {
                ready.written(index);
                None
            }
            other => Some(other),
        })
        .flatten()
    else {
        panic!("nothing is read")
    };
    ready.check_sent(index);
    let drained = ready.drain();
    assert!(!drained.contains(&index) && drained.len() < before);
    assert_eq!((ready.len(), ready.answered(index)), (1, Some(0)));
}

#[test]
fn a_failed_check_is_retried_later_and_others_continue() {
    let mut ready = ready(6);
    ready.add(vec![0, 1], |_| true);
    ready.check_sent(0);
    assert_eq!(ready.answered(0), Some(0));
    ready.check_again(0, Instant(500), 1);
    let others = play(&mut ready, usize::MAX);
    assert!(others.iter().all(|(_, index)| *index == 1));
    assert_eq!(ready.next(Instant(0)), Some(Due::At(Instant(500))));
    assert_eq!(ready.next(Instant(500)), Some(Due::SpotCheck(0)));
}

#[test]
fn a_row_is_unread_until_its_check_is_answered_or_if_it_has_none() {
    let mut ready = ready(7);
    ready.add(vec![0, 1], |_| true);
    ready.check_sent(0);
    assert!(ready.is_unread(0) && !ready.is_unread(9));
    assert_eq!(ready.answered(0), Some(0));
    ready.write_next(0);
    assert!(!ready.is_unread(0));
    ready.write_unchecked(5);
    assert!(ready.is_unread(5));
    assert!(ready.remove(5), "it was the only one that is written without a check");
}

#[test]
fn a_row_being_read_is_not_read_again_after_a_wait() {
    let mut ready = ready(8);
    ready.add(vec![0], |_| true);
    ready.check_sent(0);
    ready.after_wait();
    assert_eq!(ready.next(Instant(0)), None);
    assert_eq!(ready.answered(0), Some(0));
    ready.check_again(0, Instant(0), 1);
    assert_eq!(ready.next(Instant(0)), Some(Due::SpotCheck(0)));
}

#[test]
fn two_checks_at_a_time_count_their_own_reads() {
    let mut ready = ready(9);
    for (index, reads) in [(3, 2), (4, 1)] {
        ready.check_again(index, Instant(0), reads);
        ready.check_sent(index);
    }
    assert_eq!(ready.answered(4), Some(1));
    assert_eq!(ready.answered(4), None);
    assert_eq!(ready.answered(3), Some(2));
}
