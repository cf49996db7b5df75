mod host_page {
    use super::super::*;

    const MINUTE: i64 = 60_000;

    fn reading(at: i64) -> ClockReading {
        ClockReading { now: Instant(at.unsigned_abs()), wall: Timestamp(at) }
    }

    fn expiring(expires_at: Option<i64>) -> TokenFacts {
        TokenFacts { expires_at: expires_at.map(Timestamp), ..TokenFacts::default() }
    }

    /// A token that is taken at 0 and expires at the given time.
    fn holding(expires_at: i64) -> TokenSchedule {
        let mut schedule = TokenSchedule::for_host_page();
        schedule.hold(&expiring(Some(expires_at)), reading(0));
        schedule
    }

    fn due(schedule: &TokenSchedule, at: i64) -> Option<DueReason> {
        schedule.due(reading(at))
    }

    #[test]
    fn without_a_token_none_is_asked_for_automatically() {
        assert_eq!(due(&TokenSchedule::for_host_page(), 5), None);
        let mut schedule = holding(MINUTE);
        schedule.end();
        assert_eq!(due(&schedule, 2 * MINUTE), None);
    }

    #[test]
    fn the_next_token_is_asked_for_once_three_minutes_before_expiry() {
        let mut schedule = holding(60 * MINUTE);
        assert_eq!(due(&schedule, 57 * MINUTE - 1), None);
        assert_eq!(due(&schedule, 57 * MINUTE), Some(DueReason::Expiry));
        schedule.ask(Instant(57 * 60_000));
        assert_eq!(due(&schedule, 58 * MINUTE), None);
        schedule.hold(&expiring(Some(118 * MINUTE)), reading(58 * MINUTE));
        assert_eq!(due(&schedule, 60 * MINUTE), None);
        assert_eq!(due(&schedule, 115 * MINUTE), Some(DueReason::Expiry));
    }

    #[test]
    fn a_token_without_an_expiry_is_replaced_only_when_it_is_refused() {
        let mut schedule = TokenSchedule::for_host_page();
        schedule.hold(&expiring(None), reading(0));
        assert_eq!(due(&schedule, 1000 * MINUTE), None);
        schedule.refused(Timestamp(5));
        assert_eq!(due(&schedule, 6), Some(DueReason::Refused));
    }

    #[test]
    fn requests_of_an_earlier_token_do_not_affect_this_one() {
        let mut schedule = holding(60 * MINUTE);
        schedule.refused(Timestamp(10));
        schedule.ask(Instant(11));
        schedule.hold(&expiring(Some(60 * MINUTE)), reading(20));
        schedule.refused(Timestamp(19));
        assert_eq!(due(&schedule, 21), None);
        schedule.refused(Timestamp(20));
        assert_eq!(due(&schedule, 21), Some(DueReason::Refused));
    }

    #[test]
    fn a_host_page_with_refused_tokens_is_asked_at_growing_intervals() {
        let mut schedule = holding(10_000 * MINUTE);
        let mut asked = Vec::new();
        for at in 0..3_600_000 / 100 {
            let at = at * 100;
            schedule.refused(Timestamp(at));
            if due(&schedule, at).is_some() {
                asked.push(at / 1000);
                schedule.ask(Instant(at.unsigned_abs()));
                schedule.hold(&expiring(Some(10_000 * MINUTE)), reading(at));
            }
        }
        assert_eq!(asked.get(..5), Some([0, 0, 5, 15, 35].as_slice()), "{asked:?}");
        assert!(asked.len() < 25, "{asked:?}");
        schedule.hold(&expiring(Some(10_000 * MINUTE)), reading(4_000_000));
        schedule.worked(Timestamp(4_000_001));
        schedule.refused(Timestamp(4_000_002));
        assert_eq!(due(&schedule, 4_000_003), Some(DueReason::Refused));
    }

    #[test]
    fn tokens_that_expire_soon_are_not_asked_for_at_every_tick() {
        let mut schedule = holding(MINUTE);
        let mut asked = 0;
        for second in 0..3600 {
            let at = second * 1000;
            schedule.worked(Timestamp(at));
            if due(&schedule, at).is_some() {
                asked += 1;
                schedule.ask(Instant(at.unsigned_abs()));
                schedule.hold(&expiring(Some(at + MINUTE)), reading(at));
            }
        }
        assert!(asked < 25, "{asked}");
    }

    #[test]
    fn a_host_page_without_a_token_is_asked_again_after_a_pause() {
        let mut schedule = holding(60 * MINUTE);
        schedule.ask(Instant(57 * 60_000));
        schedule.miss(Instant(57 * 60_000));
        assert_eq!(due(&schedule, 57 * MINUTE), Some(DueReason::Expiry));
        schedule.ask(Instant(57 * 60_000));
        schedule.miss(Instant(57 * 60_000));
        assert_eq!(due(&schedule, 57 * MINUTE + 4_999), None);
        assert_eq!(due(&schedule, 57 * MINUTE + 5_000), Some(DueReason::Expiry));
    }
}

mod refresh {
    use super::super::*;

    const MINUTE: u64 = 60_000;

    /// The wall clock isn't used when a token is held.
    fn since(now: u64) -> ClockReading {
        ClockReading { now: Instant(now), wall: Timestamp(0) }
    }

    fn facts(issued: i64, expires: i64) -> TokenFacts {
        TokenFacts {
            issued_at: Some(Timestamp(issued)),
            expires_at: Some(Timestamp(expires)),
            ..TokenFacts::default()
        }
    }

    fn hour() -> TokenFacts {
        facts(0, 60 * 60_000)
    }

    fn holding(facts: &TokenFacts) -> TokenSchedule {
        let mut schedule = TokenSchedule::for_refresh();
        schedule.hold(facts, since(0));
        schedule
    }

    fn is_due(schedule: &TokenSchedule, at: u64) -> bool {
        is_due_at(schedule, Instant(at), Timestamp(i64::try_from(at).unwrap()))
    }

    fn is_due_at(schedule: &TokenSchedule, now: Instant, wall: Timestamp) -> bool {
        schedule.due(ClockReading { now, wall }).is_some()
    }

    #[test]
    fn a_token_is_refreshed_once_and_before_a_person_is_asked() {
        let mut schedule = holding(&hour());
        assert!(!is_due(&schedule, 48 * MINUTE - 1));
        assert!(is_due(&schedule, 48 * MINUTE));
        schedule.ask(Instant(48 * MINUTE));
        assert!(!is_due(&schedule, 55 * MINUTE));
        schedule.hold(&facts(48 * 60_000, 108 * 60_000), since(48 * MINUTE));
        assert!(!is_due(&schedule, 95 * MINUTE));
        assert!(is_due(&schedule, 96 * MINUTE));
    }

    #[test]
    fn a_token_is_refreshed_in_time_despite_a_wrong_clock_or_sleep() {
        let schedule = holding(&hour());
        assert!(
            is_due_at(&schedule, Instant(48 * MINUTE), Timestamp(-5_000_000)),
            "the computer's clock is behind"
        );
        assert!(is_due_at(&schedule, Instant(5), Timestamp(90 * 60_000)), "the computer slept");
    }

    #[test]
    fn a_failed_refresh_is_retried_at_growing_intervals_up_to_a_minute() {
        let mut schedule = holding(&hour());
        let mut asked = Vec::new();
        for second in 48 * 60..70 * 60 {
            let at = second * 1000;
            if is_due(&schedule, at) {
                asked.push(second - 48 * 60);
                schedule.ask(Instant(at));
                schedule.miss(Instant(at));
            }
        }
        assert_eq!(asked.get(..7), Some([0, 5, 15, 35, 75, 135, 195].as_slice()), "{asked:?}");
        assert!(asked.len() < 30, "{asked:?}");
    }

    #[test]
    fn a_clock_that_is_ahead_causes_at_most_one_refresh_per_minute() {
        let mut schedule = holding(&hour());
        let mut asked = 0;
        for second in 0..600 {
            if is_due_at(&schedule, Instant(second * 1000), Timestamp(100 * 60_000)) {
                asked += 1;
                schedule.ask(Instant(second * 1000));
                schedule.hold(&hour(), since(second * 1000));
            }
        }
        assert_eq!(asked, 10);
    }

    #[test]
    fn a_short_lived_token_is_refreshed_in_its_last_quarter() {
        let schedule = holding(&facts(0, 60_000));
        assert!(!is_due(&schedule, 44_999));
        assert!(is_due(&schedule, 45_000));
    }

    #[test]
    fn a_token_that_has_no_expiry_or_was_given_up_is_not_refreshed() {
        let mut without_expiry = hour();
        without_expiry.expires_at = None;
        assert!(!is_due(&holding(&without_expiry), 100 * MINUTE));
        assert!(!is_due(&holding(&facts(5, 0)), 100 * MINUTE));
        let mut schedule = holding(&hour());
        schedule.end();
        assert!(!is_due(&schedule, 100 * MINUTE));
    }

    #[test]
    fn a_refused_token_is_not_refreshed_before_it_is_due() {
        let mut schedule = holding(&hour());
        schedule.refused(Timestamp(5));
        assert!(!is_due(&schedule, 6));
        assert!(is_due(&schedule, 48 * MINUTE));
    }
}
