//! The two ways to reprocess: the assignment itself, or the request that it came from.

use access_package::uuid::Uuid;
use access_package::{
    Admitted, Assignment, AssignmentRequest, AssignmentRequestId, AssignmentState, Authority, Caller,
    NotAdmitted, Purpose, Recency, Refusal, Role, Timestamp, evaluate, evaluate_request,
};

use crate::world::RequestAge;

/// Which of the two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Assignment,
    Request,
}

/// The way, with the request that it needs.
#[derive(Debug, Clone, Copy)]
pub enum Door {
    Assignment,
    Request(AssignmentRequest),
}

/// Whether delivery has failed, completely or in part.
pub fn is_undelivered(state: AssignmentState) -> bool {
    matches!(state, AssignmentState::PartiallyDelivered | AssignmentState::DeliveryFailed)
}

impl Door {
    /// The request while it can still be reprocessed.
    pub fn request(of: &Assignment, now: Timestamp) -> Self {
        Self::Request(RequestAge::Young.request(of, now))
    }

    /// Every way to ask, and whether it is open after time has put the assignment into this state (R9, R32,
    /// R33).
    pub fn every(of: &Assignment, state: AssignmentState, now: Timestamp) -> Vec<(Self, bool)> {
        let young = RequestAge::Young.request(of, now);
        let of_no_use = [
            RequestAge::TooOld.request(of, now),
            AssignmentRequest { assignment: Uuid::nil().into(), ..young },
            AssignmentRequest { purpose: Purpose::Removal, ..young },
            AssignmentRequest { purpose: Purpose::Unknown, ..young },
            AssignmentRequest { recency: Recency::Superseded, ..young },
        ];
        let other_states = AssignmentState::ALL.iter().filter(|&&other| other != of.state());
        let of_no_use = of_no_use
            .into_iter()
            .chain(other_states.map(|&state| AssignmentRequest { state, ..young }))
            .map(|request| (Self::Request(request), false));
        [
            (Self::Assignment, state == AssignmentState::Delivered),
            (Self::Request(young), is_undelivered(state)),
        ]
        .into_iter()
        .chain(of_no_use)
        .collect()
    }

    pub fn id(self) -> Option<AssignmentRequestId> {
        match self {
            Self::Assignment => None,
            Self::Request(request) => Some(request.id),
        }
    }

    #[expect(clippy::result_large_err, reason = "as the crate's own")]
    pub fn admit(
        self,
        authority: Authority,
        of: Assignment,
        now: Timestamp,
    ) -> Result<Admitted, NotAdmitted> {
        match self {
            Self::Assignment => authority.admit(of, now),
            Self::Request(request) => authority.admit_request(of, &request, now),
        }
    }

    pub fn evaluate(self, caller: &Caller, of: &Assignment, now: Timestamp) -> Result<Role, Refusal> {
        match self {
            Self::Assignment => evaluate(caller, of, now).map(Authority::role),
            Self::Request(request) => evaluate_request(caller, of, &request, now).map(Authority::role),
        }
    }
}
