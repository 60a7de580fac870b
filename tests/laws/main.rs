//! The laws of `testing`, and the strategies that they draw from. The crate keeps the laws, and each planted
//! mistake is found by the law that it breaks.
#![cfg(feature = "proptest")]
#![allow(clippy::wildcard_imports, reason = "the guide is short of lines")]

#[path = "../support/documented.rs"]
mod documented;
#[path = "../support/golden.rs"]
mod golden;
mod mistaken;
mod mistakes;
mod strategies;
mod told;

use std::env;
use std::process::Command;

use mistaken::Mistaken;
use mistakes::Mistake;

// The crate's own functions, in the order of the contract, as the guide shows them.
include!("example.rs");

#[test]
fn the_guide_shows_this_example() {
    let example = format!("```rust\n{}```\n", include_str!("example.rs"));
    golden::hold_block("src/guide/testing.md", "laws", &example);
}

fn faithful(stored: StoredAssignment) -> Server {
    Server(stored.try_into().expect("a law gives what loads"))
}

/// A host that saves an expiry only together with another change.
struct ForgetsToSaveWhatTimeDid(Server);

impl Implementation for ForgetsToSaveWhatTimeDid {
    fn reprocess(
        &mut self,
        caller: &Caller,
        observe: &dyn Fn(&ResourceRole) -> Observed,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let before = self.0.0.clone();
        self.0.reprocess(caller, observe, now).inspect_err(|_| self.0.0 = before)
    }

    fn reprocess_request(
        &mut self,
        caller: &Caller,
        request: &AssignmentRequest,
        gives: &[ResourceRole],
        now: Timestamp,
    ) -> Result<(), Refused> {
        self.0.reprocess_request(caller, request, gives, now)
    }

    fn record(&mut self, receipt: &Receipt, now: Timestamp) {
        self.0.record(receipt, now);
    }

    fn actions(&self) -> Vec<Action> {
        self.0.actions()
    }

    fn stored(&self) -> StoredAssignment {
        self.0.stored()
    }
}

// R12: a host may save it, but need not.
#[test]
fn a_host_need_not_save_with_a_refusal_what_time_did() -> Result<(), Broken> {
    laws::all(|stored| ForgetsToSaveWhatTimeDid(faithful(stored)))
}

/// This law finds each of these mistakes, and the error names the law.
fn find_out(
    law: &str,
    holds: impl Fn(&dyn Fn(StoredAssignment) -> Mistaken) -> Result<(), Broken>,
    of: &[Mistake],
) {
    for &mistake in of {
        let broken = holds(&|stored| Mistaken::new(mistake, stored));
        let broken = broken.err().unwrap_or_else(|| panic!("{mistake:?} is not found out"));
        println!("{mistake:?}: {broken}\n");
        assert_eq!(broken.law, law);
    }
}

/// A law, and the mistakes that it finds.
macro_rules! each_law_finds_out {
    ($($law:ident: $($mistake:ident)+;)+) => {
        $(
            #[test]
            fn $law() {
                let law = stringify!($law).replace('_', " ");
                find_out(&law, |make| laws::$law(make), &[$(Mistake::$mistake),+]);
            }
        )+
    };
}

mod finds_out {
    use super::*;

    each_law_finds_out! {
        refusal_is_complete_and_its_remedies_minimal: NamesOneReason NamesOneRemedy NamesAnotherStep AsksForMoreThanItTakes TakesReadForReadWrite AsksForTheRoleOnly TakesAPersonalAccountForAnother RefusesGlobalAdministrators TakesAPrivilegedCatalogForAnother GovernanceAloneIsEnough BothRolesAreNotEnough ThePermissionAloneIsEnough TellsAStrangerOfThePrivilege;
        more_authority_never_hurts: LooksAtTheFirstRole TwoRolesAreTooMany KnowsTheLastThreeRoles;
        a_refused_caller_learns_nothing: LooksAtTheStateFirst OrdersTheReasonsByTheState;
        only_a_delivered_assignment_is_reprocessed: ReprocessesWhatHasFailed ReprocessesWhatIsUnderWay;
        refused_changes_nothing: CountsARefusedAttempt;
        accepted_asks_for_everything_owed: ForgetsTheLastResourceRole AsksTwice AsksForWhatTheTargetCannotHold GivesUpForAnyTarget HasRoomForFour MovesTheEnd DoesNotCountTheAttempt;
        observed_asks_only_for_what_is_missing: TakesUnknownForPresent EnforcesWhatIsThere HidesAmongOthersWhatCannotBeEnforced HidesWhatCannotBeEnforced;
        outcomes_make_the_state: AnyFailureIsAllFailure DeliversAtTheFirstOutcome OneFailureSettlesAll LosesTheOutcomeOfTheThird;
        order_and_repetition_do_not_matter: TheLastWordWins FailedBeatsFulfilled ForgetsWhyItFailed KeepsTheFirstReason TakesOutcomesOfAnyAttempt CountsAttemptsInAByte CountsAttemptsInTwoBytes TakesOutcomesOfTheNextAttempt LosesTheOutcomeOfTheThird TakesAnyResourceRole ComparesUrlsWithoutCase ComparesUnknownIdsWithoutCase IgnoresASlashAtTheEnd DropsTheTypeOfARole;
        expired_stays_expired: NeverExpires TheEndIsInclusive ComesBackWithTheClock;
        restart_forgets_nothing: QueuesInMemory SavesAfterItActs IsDeafAfterARestart SavesOnlyTheState;
        a_request_is_refused_as_the_rules_say: TakesARequestOfAnother TakesARemoval TakesASupersededRequest TakesARequestInAnotherState ReprocessesTheRequestOfWhatIsDelivered TakesARequestThatIsTooOld TheFourteenthDayIsInTime CountsARefusedRequest LooksAtTheRequestFirst;
        an_accepted_request_asks_for_everything_again: AsksOnlyForWhatHasFailed KeepsTheOldPackage;
    }
}

/// If an implementation panics, the law does not hold, and the error shows the case.
#[test]
fn an_implementation_that_panics_is_told_of() {
    let broken = laws::refused_changes_nothing(|stored| Mistaken::new(Mistake::Panics, stored));
    let Broken { case, found, .. } = broken.unwrap_err();
    assert!(case.contains("caller: "), "{case}");
    assert!(found.contains("not today"), "{found}");
}

/// Without this setting, `proptest` writes down the failure, or complains that it does not know where.
#[test]
fn nothing_is_written_down_of_a_law_that_does_not_hold() {
    let name = "told::accepted_asks_for_everything_owed";
    let run =
        Command::new(env::current_exe().expect("a path")).args(["--exact", name, "--nocapture"]).output();
    let run = run.expect("runs");
    let (printed, complaints) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success() && printed.contains("does not hold"), "{printed}");
    assert!(!complaints.contains("FailurePersistence"), "{complaints}");
}
